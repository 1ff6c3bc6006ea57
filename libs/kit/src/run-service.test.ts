import { spawn } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';

const fixture = new URL('./run-service.fixture.ts', import.meta.url).pathname;

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** Sends each signal as soon as its line has appeared. */
async function run(
  mode: string,
  steps: readonly (readonly [string, NodeJS.Signals])[],
): Promise<Ended> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', fixture, mode]);
  const todo = [...steps];
  let output = '';
  const onData = (data: Buffer) => {
    output += data.toString();
    while (todo[0] !== undefined && output.includes(todo[0][0])) {
      child.kill(todo.shift()?.[1]);
    }
  };
  child.stdout.on('data', onData);
  child.stderr.on('data', onData);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output };
}

describe('runService', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('stops in order and exits 0 on %s', async (signal) => {
    const { code, output } = await run('ordinary', [['service started', signal]]);

    expect(code).toBe(0);
    expect(output).toMatch(/service stopping[^]*part stopping[^]*service stopped/);
  });

  it('exits 1 at once on a second signal', async () => {
    const beganAt = performance.now();

    const { code, output } = await run('slow-stop', [
      ['service started', 'SIGTERM'],
      ['part stopping', 'SIGTERM'],
    ]);

    expect(code).toBe(1);
    expect(output).toContain('second signal');
    expect(output).not.toContain('too long');
    expect(performance.now() - beganAt).toBeLessThan(10_000);
  });

  it('exits 1 when the stop takes too long', async () => {
    const { code, output } = await run('slow-stop', [['service started', 'SIGTERM']]);

    expect(code).toBe(1);
    expect(output).toContain('stop took too long');
  });

  it('exits 1 when a part does not stop in order', async () => {
    const { code, output } = await run('stop-fails', [['service started', 'SIGTERM']]);

    expect(code).toBe(1);
    expect(output).toContain('service stopped with errors');
  });

  it('unwinds and exits 1 when it cannot start', async () => {
    const { code, output } = await run('start-fails', []);

    expect(code).toBe(1);
    expect(output).toContain('start of part failed');
    expect(output).toContain('part stopping');
    expect(output).not.toContain('service started');
  });

  it('exits 0 when it is stopped while starting', async () => {
    const { code, output } = await run('slow-start', [['service starting', 'SIGTERM']]);

    expect(code).toBe(0);
    expect(output).not.toContain('service started');
    expect(output).toContain('part stopping');
  });

  it.each([
    ['rejects', 'unhandled rejection'],
    ['throws', 'uncaught exception'],
  ])('logs, stops and exits 1 when something %s', async (mode, sentence) => {
    const { code, output } = await run(mode, []);

    expect(code).toBe(1);
    expect(output).toMatch(new RegExp(`${sentence}[^]*part stopping[^]*service stopped`));
  });
});
