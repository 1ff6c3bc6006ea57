import { spawn } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';

const fixture = new URL('./run-job.fixture.ts', import.meta.url).pathname;

async function run(mode: string, signal?: NodeJS.Signals) {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', fixture, mode]);
  let out = '';
  let err = '';
  child.stderr.on('data', (data: Buffer) => (err += data.toString()));
  child.stdout.on('data', (data: Buffer) => {
    out += data.toString();
    if (signal !== undefined && out.includes('working')) {
      child.kill(signal);
    }
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, out, err };
}

const WHOLE = 'part starting\nworking\npart stopping\n';

describe('runJob', () => {
  it('starts, works, stops and exits 0 without a word of its own', async () => {
    expect(await run('done')).toEqual({ code: 0, out: WHOLE, err: '' });
  });

  it('refuses wrong arguments before anything starts, with 2', async () => {
    expect(await run('bad-argument')).toEqual({ code: 2, out: '', err: 'job: say what\n' });
  });

  it('says in one sentence why it may not, stops in order and exits 1', async () => {
    expect(await run('refused')).toEqual({
      ...{ code: 1, out: WHOLE, err: 'job: not now (shop.fenced)\n' },
    });
  });

  it('says what to do when a part that it needs is away', async () => {
    const { code, out, err } = await run('away');

    expect([code, out]).toEqual([1, 'part starting\npart stopping\n']);
    expect(err).toMatch(/^job: kafka does not answer\. Nothing is lost: .* again\n$/);
  });

  it('logs a bug and shows no message of it', async () => {
    const { code, err } = await run('bug');

    expect(code).toBe(1);
    expect(err).toContain('"a job failed"');
    expect(err.split('\n').find((line) => line.startsWith('job:'))).not.toContain('needle4af1');
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('ends at a safe place on %s', async (signal) => {
    const { code, out, err } = await run('long', signal);

    expect([code, out]).toEqual([1, WHOLE]);
    expect(err).toBe('job: stopped before the end\n');
  });
});
