import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { createConnection } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { repositoryRoot } from '../testing/test-engine.ts';
import { openReplayDoor, serviceFor } from './replay-door.ts';
import type { ReplayDoor } from './replay-door.ts';

/** The command as a person gives it; `door` stands for an installation that runs. */
async function command(door: string, args: readonly string[]) {
  const child = spawn(
    process.execPath,
    [join(repositoryRoot, 'deploy', 'local', 'bin', 'tokometrics.mjs'), 'replay', ...args],
    { env: { PATH: process.env['PATH'], TOKOMETRICS_DOOR: door } },
  );
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, said };
}

describe('serviceFor', () => {
  it.each([
    [['rebuild', '--shop', 'x'], 'ingestion'],
    [['dead-letters', '--group', 'ingestion'], 'ingestion'],
    [['dead-letters', '--group=ingestion-bf', '--again'], 'ingestion'],
    [['dead-letters', '--dry-run', '--group', 'analytics-order-bf'], 'analytics'],
    [['dead-letters', '--group', 'ingestions'], undefined],
    [['dead-letters', '--group', 'privacy-acks'], undefined],
    // Refused by the job, which knows how it is used.
    [['dead-letters'], 'ingestion'],
    [[], 'ingestion'],
  ])('of %j is %s', (args, service) => {
    expect(serviceFor(args)).toBe(service);
  });
});

describe('the door', () => {
  let door: ReplayDoor;

  beforeAll(async () => {
    door = await openReplayDoor({ root: repositoryRoot, services: {} });
  });

  afterAll(async () => {
    await door.stop();
  });

  it('is shut to everybody else', () => {
    expect(statSync(dirname(door.path)).mode & 0o777).toBe(0o700);
  });

  it('refuses a group of no service, in a sentence that does not repeat it', async () => {
    const { code, said } = await command(door.path, ['dead-letters', '--group', 'needle0c1']);

    expect(code).toBe(2);
    expect(said).toMatch(/^replay: no service has a group of this name; those begin with/);
    expect(said).not.toContain('needle0c1');
  });

  it('outlives who says nothing or nonsense', async () => {
    for (const words of ['', '{"args":"x"}\n', 'not json\n', '[]\n']) {
      const socket = createConnection(door.path);
      await new Promise((resolve) => socket.once('connect', resolve));
      socket.resume().end(words);
      await new Promise((resolve) => socket.once('close', resolve));
    }

    expect((await command(door.path, ['dead-letters', '--group', 'x'])).code).toBe(2);
  });

  it('leaves nothing behind when it is shut', async () => {
    const other = await openReplayDoor({ root: repositoryRoot, services: {} });
    await other.stop();

    expect(existsSync(dirname(other.path))).toBe(false);
  });

  it('that nobody opened is told with how to start', async () => {
    const { code, said } = await command(`${door.path}-of-nobody`, ['rebuild']);

    expect(code).toBe(3);
    expect(said).toBe('replay: TokoMetrics does not run. Start it with npm start.\n');
  });
});
