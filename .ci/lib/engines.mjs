/**
 * One set of real engines for many test files, held by a program of its own: it lives as long as
 * the pipe to its standard input, so that a killed test run leaves no engine behind.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { nodeProgram } from './set-up.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

export async function startSharedEngines(say) {
  const child = spawn(
    nodeProgram(root),
    ['-C', '@tokometrics/source', 'libs/testkit/src/engines-main.ts'],
    { cwd: root, detached: true, stdio: ['pipe', 'pipe', 'pipe'] },
  );
  const ended = new Promise((resolve) => child.on('close', resolve));
  const said = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    said.push(line);
    say(line);
  });
  const first = createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  const line = await Promise.race([first, ended.then(() => undefined)]);
  if (line?.value === undefined) {
    throw new Error(`the engines for tests did not start:\n${said.slice(-15).join('\n')}`);
  }
  return {
    env: JSON.parse(line.value),
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
