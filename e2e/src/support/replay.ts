import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { repositoryRoot } from '@tokometrics/testkit';
import type { System } from './start-system.ts';

export interface Replayed {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** `npm run replay -- …` as a person gives it, at the door of this system. */
export async function replay(system: System, args: readonly string[]): Promise<Replayed> {
  const child = spawn(
    process.execPath,
    [join(repositoryRoot, 'deploy', 'local', 'bin', 'tokometrics.mjs'), 'replay', ...args],
    { env: { PATH: process.env['PATH'], TOKOMETRICS_DOOR: system.stack.replayDoor } },
  );
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, out, err };
}
