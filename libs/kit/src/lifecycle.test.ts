import { describe, expect, it } from '@jest/globals';
import { Lifecycle, type Lifecycled } from './lifecycle.ts';

function part(name: string, events: string[], over: Partial<Lifecycled> = {}): Lifecycled {
  return {
    name,
    start: () => Promise.resolve(void events.push(`+${name}`)),
    stop: () => Promise.resolve(void events.push(`-${name}`)),
    ...over,
  };
}

const never = () => new Promise<void>(() => undefined);

describe('Lifecycle', () => {
  it('starts in order and stops in reverse', async () => {
    const events: string[] = [];
    const lifecycle = new Lifecycle([part('a', events), part('b', events), part('c', events)]);

    await lifecycle.start();
    expect(lifecycle.isStarted()).toBe(true);
    await lifecycle.stop();

    expect(events).toEqual(['+a', '+b', '+c', '-c', '-b', '-a']);
    expect(lifecycle.isStarted()).toBe(false);
  });

  it('unwinds a failed start, the failed part included, and names it', async () => {
    const events: string[] = [];
    const broken = part('b', events, { start: () => Promise.reject(new Error('port taken')) });
    const lifecycle = new Lifecycle([part('a', events), broken, part('c', events)]);

    const failure = await lifecycle.start().catch((error: unknown) => error);

    expect(failure).toMatchObject({
      message: 'start of b failed',
      cause: { message: 'port taken' },
    });
    expect(events).toEqual(['+a', '-b', '-a']);
    expect(lifecycle.isStarted()).toBe(false);
  });

  it('gives up on a part that does not start in time', async () => {
    const events: string[] = [];
    const slow = part('slow', events, { start: never });

    const starting = new Lifecycle([part('a', events), slow], { startTimeoutMs: 20 }).start();

    await expect(starting).rejects.toMatchObject({ cause: { message: /longer than 20 ms/ } });
    expect(events).toEqual(['+a', '-slow', '-a']);
  });

  it('stops the others although one fails and one hangs, and says so', async () => {
    const events: string[] = [];
    const lifecycle = new Lifecycle(
      [
        part('a', events),
        part('hung', events, { stop: never }),
        part('broken', events, { stop: () => Promise.reject(new Error('no')) }),
        part('d', events),
      ],
      { stopTimeoutMs: 20 },
    );
    await lifecycle.start();

    const failure = await lifecycle.stop().catch((error: unknown) => error);

    expect(events.slice(4)).toEqual(['-d', '-a']);
    expect(failure).toMatchObject({
      errors: [{ message: 'stop of broken failed' }, { message: 'stop of hung failed' }],
    });
  });

  it('stops once for two calls', async () => {
    const events: string[] = [];
    const lifecycle = new Lifecycle([part('a', events)]);
    await lifecycle.start();

    await Promise.all([lifecycle.stop(), lifecycle.stop()]);

    expect(events).toEqual(['+a', '-a']);
  });

  it('starts nothing more when it is stopped while starting', async () => {
    const events: string[] = [];
    let go: () => void = () => undefined;
    const slow = part('slow', events, {
      start: () =>
        new Promise((resolve) => {
          go = resolve;
        }),
    });
    const lifecycle = new Lifecycle([slow, part('b', events)]);

    const starting = lifecycle.start();
    const stopping = lifecycle.stop();
    go();

    await expect(starting).rejects.toThrow('stopped while starting');
    await stopping;
    expect(events).toEqual(['-slow']);
    expect(lifecycle.isStarted()).toBe(false);
  });

  it('is a part itself', async () => {
    const events: string[] = [];
    const inner = new Lifecycle([part('b', events), part('c', events)]);
    const outer = new Lifecycle([part('a', events), inner]);

    await outer.start();
    await outer.stop();

    expect(events).toEqual(['+a', '+b', '+c', '-c', '-b', '-a']);
  });
});
