import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { claimFile, claimPort, isClaimed } from './port-claims.ts';

const claims = fileURLToPath(new URL('port-claims.ts', import.meta.url));
// Below what systems and tests choose from.
const [THEIRS, OURS] = [9_411, 9_412];

/** Another system: claims the ports, says which it got, and lives until it is told to end. */
async function anotherSystem(ports: readonly number[]) {
  const code = `
    const { claimPort } = await import(${JSON.stringify(claims)});
    console.log(JSON.stringify(${JSON.stringify(ports)}.map((port) => claimPort(port))));
    process.stdin.resume().on('end', () => process.exit());`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    got: JSON.parse(String(said)) as boolean[],
    end: async (signal?: 'SIGKILL') => {
      const ended = once(child, 'exit');
      if (signal === undefined) {
        child.stdin.end();
      } else {
        child.kill(signal);
      }
      await ended;
    },
  };
}

describe('a port that a system has in mind', () => {
  it.each([undefined, 'SIGKILL'] as const)(
    'is no other’s until that system has ended (%s)',
    async (signal) => {
      const port = THEIRS + (signal === undefined ? 0 : 10);
      const other = await anotherSystem([port]);

      const meanwhile = [claimPort(port), isClaimed(port)];
      await other.end(signal);

      expect(other.got).toEqual([true]);
      expect(meanwhile).toEqual([false, false]);
      expect([claimPort(port), isClaimed(port)]).toEqual([true, true]);
    },
  );

  it('is forgotten when that system ends by itself: a later process may have its number', async () => {
    const port = OURS + 20;
    const other = await anotherSystem([port]);
    const meanwhile = existsSync(claimFile(port));

    await other.end();

    expect([meanwhile, existsSync(claimFile(port))]).toEqual([true, false]);
  });

  it('stays its own when it is asked for again', async () => {
    const first = claimPort(OURS);
    const other = await anotherSystem([OURS, OURS + 1]);
    await other.end();

    expect([first, claimPort(OURS)]).toEqual([true, true]);
    expect(other.got).toEqual([false, true]);
  });
});
