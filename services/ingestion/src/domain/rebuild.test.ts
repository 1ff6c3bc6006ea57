import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Resource } from '@tokometrics/contracts';
import fc from 'fast-check';
import type { ArchivedEvent } from './archived-event.ts';
import { rebuild } from './rebuild.ts';
import type { RebuildDeps, RebuildState } from './rebuild.ts';

const isSame = (one: RebuildState, other: RebuildState): boolean =>
  one.rev === other.rev &&
  one.rebuilding?.owner === other.rebuilding?.owner &&
  one.rebuilding?.heldUntil.getTime() === other.rebuilding?.heldUntil.getTime();

const digitOf = (id: string, at: number): number => Number.parseInt(id.at(at) ?? '', 16);
const dayOf = (id: string): string => `2026-11-${String(10 + (digitOf(id, -1) % 9))}`;
const entityOf = (id: string): Resource => (digitOf(id, -2) % 2 === 0 ? 'order' : 'product');

/** A connection's archive and state in memory, with a clock that only pauses move. */
function aWorld(events: number, rev = 0, load = 100) {
  const ids = Array.from({ length: events }, () => randomUUID());
  const sent: { id: string; rev: number }[] = [];
  let state: RebuildState | undefined = { rev, rebuilding: undefined };
  let nowMs = 1_000_000;
  let isClosed = false;
  let step: () => Promise<void> = () => Promise.resolve();
  let runs = 0;

  const run = (change: Partial<RebuildDeps> = {}) => {
    runs += 1;
    return rebuild({
      find: async () => {
        await step();
        return state;
      },
      replace: async (found, next) => {
        await step();
        if (state === undefined || !isSame(state, found)) {
          return false;
        }
        state = next;
        await step();
        return true;
      },
      countArchived: async () => {
        await step();
        return ids.length * load;
      },
      readRange: async ({ from, below }) => {
        await step();
        return ids
          .filter((id) => from <= id && id < below)
          .map((id) => ({ id, entity: entityOf(id), localDate: dayOf(id) }) as ArchivedEvent);
      },
      send: async (page, under) => {
        await step();
        if (isClosed) {
          throw new Error('closed');
        }
        sent.push(...page.map(({ id }) => ({ id, rev: under })));
        await step();
        return { sent: page.length, expired: 0, refused: new Map([['range', 1]]) };
      },
      now: () => new Date(nowMs),
      pause: async (ms) => {
        nowMs += ms;
        await Promise.resolve();
      },
      onProgress: () => undefined,
      owner: `run-${String(runs)}`,
      pageSize: 2,
      signal: new AbortController().signal,
      ...change,
    });
  };
  return {
    ...{ ids, sent, run },
    state: () => state,
    forget: () => (state = undefined),
    close: () => (isClosed = true),
    atEachStep: (act: () => Promise<void>) => (step = act),
    sentUnder: (under: number) =>
      new Set(sent.filter((one) => one.rev === under).map(({ id }) => id)),
  };
}

describe('rebuild', () => {
  it('raises the revision and sends everything under it', async () => {
    const world = aWorld(300, 4);

    const result = await world.run();

    expect(result).toMatchObject({ rev: 5, done: 300, sent: 300, wasResumed: false });
    expect(world.sentUnder(5)).toEqual(new Set(world.ids));
    expect(world.sent).toHaveLength(300);
    expect(world.state()).toEqual({ rev: 5, rebuilding: undefined });
    expect(await world.run()).toMatchObject({ rev: 6, wasResumed: false });
  });

  it('goes on under the same revision wherever it is killed, and sends everything', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 120 }),
        fc.array(fc.nat({ max: 60 }), { maxLength: 5 }),
        async (events, lives) => {
          const world = aWorld(events);
          for (const steps of lives) {
            let left = steps;
            world.atEachStep(() => {
              left -= 1;
              return left < 0 ? Promise.reject(new Error('killed')) : Promise.resolve();
            });
            const before = world.state();
            await world.run().catch(() => undefined);
            if (world.state()?.rebuilding === undefined && before?.rebuilding !== undefined) {
              break; // it came to its end before it was killed
            }
          }
          world.atEachStep(() => Promise.resolve());
          const under = world.state()?.rev ?? 0;
          const isLeft = world.state()?.rebuilding !== undefined;
          const result = await world.run();

          expect(result.rev).toBe(isLeft ? under : under + 1);
          expect(result.wasResumed).toBe(isLeft);
          expect(result.done).toBe(events);
          expect(world.sentUnder(result.rev)).toEqual(new Set(world.ids));
          expect(world.state()).toEqual({ rev: result.rev, rebuilding: undefined });
        },
      ),
      { numRuns: 150 },
    );
  });

  it('sends kind by kind and the newest days first: who sums up days then has few in hand', async () => {
    const world = aWorld(40, 0, 1);

    await world.run();

    const sent = world.sent.map(({ id }) => ({ entity: entityOf(id), day: dayOf(id) }));
    for (const entity of ['order', 'product']) {
      const days = sent.flatMap((one) => (one.entity === entity ? [one.day] : []));
      expect(days).toEqual(days.toSorted().toReversed());
    }
    const entities = sent.map(({ entity }) => entity);
    expect(entities).toEqual(entities.toSorted());
  });

  it('repeats one range at most', async () => {
    const world = aWorld(400);
    let left = 150;
    world.atEachStep(() =>
      (left -= 1) < 0 ? Promise.reject(new Error('killed')) : Promise.resolve(),
    );
    await world.run().catch(() => undefined);
    world.atEachStep(() => Promise.resolve());

    await world.run();

    // 400 events counted a hundredfold are eight ranges of about fifty each.
    expect(world.sent.length - world.ids.length).toBeLessThan(100);
    expect(world.sentUnder(1).size).toBe(400);
  });

  it('leaves alone what another run holds and keeps holding', async () => {
    const world = aWorld(40);
    const first = { error: undefined as unknown };
    let isInside = false;
    world.atEachStep(async () => {
      if (world.sent.length === 10 && !isInside) {
        isInside = true;
        // The other run looks on while this one goes on page by page.
        const pause = async () => {
          isInside = true;
          await Promise.resolve();
          const held = world.state()?.rebuilding;
          if (held !== undefined) {
            Object.assign(held, { heldUntil: new Date(held.heldUntil.getTime() + 1) });
          }
        };
        await world.run({ pause }).catch((error: unknown) => (first.error = error));
      }
    });
    await world.run().catch(() => undefined);

    expect(first.error).toMatchObject({ details: { reason: 'rebuild.running' } });
    expect(world.state()?.rev).toBe(1);
  });

  it('stops for one that has taken it over', async () => {
    const world = aWorld(40);
    let isTaken = false;
    world.atEachStep(async () => {
      if (world.sent.length === 10 && !isTaken) {
        isTaken = true;
        await world.run();
      }
    });

    await expect(world.run()).rejects.toMatchObject({ details: { reason: 'rebuild.lost' } });
    expect(world.sentUnder(1).size).toBe(40);
  });

  it('ends at a page when it is asked to, and the next goes on at once', async () => {
    const world = aWorld(40);
    const stopping = new AbortController();
    world.atEachStep(() => {
      if (world.sent.length === 10) {
        stopping.abort();
      }
      return Promise.resolve();
    });

    await expect(world.run({ signal: stopping.signal })).rejects.toMatchObject({
      details: { reason: 'rebuild.stopped' },
    });
    const pause = () => Promise.reject(new Error('waited'));
    expect(await world.run({ pause })).toMatchObject({ rev: 1, wasResumed: true });
  });

  it('sends nothing more once the connection is closed', async () => {
    const world = aWorld(40);
    world.atEachStep(() => {
      if (world.sent.length === 10) {
        world.close();
      }
      return Promise.resolve();
    });

    await expect(world.run()).rejects.toThrow('closed');
    expect(world.sent).toHaveLength(10);
  });

  it('refuses to begin at the last revision, but ends one that has reached it', async () => {
    const last = aWorld(3, 254);
    expect(await last.run()).toMatchObject({ rev: 255 });

    await expect(last.run()).rejects.toMatchObject({ details: { reason: 'rev.exhausted' } });
    expect(last.state()?.rev).toBe(255);
  });

  it('refuses where nothing was ever archived', async () => {
    const world = aWorld(0);
    world.forget();

    await expect(world.run()).rejects.toMatchObject({ details: { reason: 'archive.empty' } });
  });

  it('sums up what the present rules refuse', async () => {
    expect((await aWorld(4).run()).refused.get('range')).toBeGreaterThanOrEqual(2);
  });
});
