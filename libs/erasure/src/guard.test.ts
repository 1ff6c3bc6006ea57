import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { A, B, SHOPS, scopeOf, settle, aWorld, outcomeOf } from './guard.test-support.ts';
import type { World } from './guard.test-support.ts';

describe('createGuard', () => {
  it('takes back what landed before a later step failed, and tells the failure', async () => {
    const world = aWorld();
    const write = outcomeOf(world.begin([A, B]));

    world.write()?.land();
    world.fence(A);
    world.write()?.fail();

    expect(await write).toBe('facts not taken');
    expect(world.undone).toEqual([[A]]);
    expect([...world.rows]).toEqual([B]);
  });

  it('decides on a failed write only once the fences are heard again', async () => {
    const world = aWorld();
    const write = outcomeOf(world.begin([A]));

    world.silence();
    world.fence(A);
    world.write()?.land();
    world.write()?.fail();
    await settle();
    const whileDeaf = [...world.rows];
    world.recover();

    expect(await write).toBe('facts not taken');
    expect(whileDeaf).toEqual([A]);
    expect([...world.rows]).toEqual([]);
  });

  it('takes back nothing of a failed write whose scopes are open', async () => {
    const world = aWorld();
    const write = outcomeOf(world.begin([A]));

    world.write()?.land();
    world.write()?.fail();
    await write;
    await world.guard.guardedChunk([scopeOf(B)], () => Promise.resolve());

    expect(world.undone).toEqual([]);
    expect([...world.rows]).toEqual([A]);
  });

  it.each([
    ['fails', 'fail' as const, 'facts not taken'],
    ['ends', 'succeed' as const, 'fences cannot be heard at present'],
  ])('takes back at its fence what %s while the lease stays away', async (_how, end, told) => {
    const world = aWorld();
    const write = outcomeOf(world.begin([A]));

    world.silence();
    world.fence(A);
    world.write()?.land();
    world.write()?.[end]();
    await settle();
    world.giveUp();
    const outcome = await write;
    const undoneBefore = world.undone.length;
    world.recover();
    await settle();

    expect(outcome).toBe(told);
    expect(undoneBefore).toBe(0);
    expect(world.undone).toEqual([[A]]);
    expect([...world.rows]).toEqual([]);
  });

  it('takes back what is known to be fenced also while the lease stays away', async () => {
    const world = aWorld();
    const write = outcomeOf(world.begin([A, B]));

    world.fence(A);
    world.silence();
    world.write()?.succeed();
    await settle();
    world.giveUp();
    await write;

    expect([...world.rows]).toEqual([B]);
  });

  it('lets go of what is open once all fences are known', async () => {
    const world = aWorld();
    const write = outcomeOf(world.begin([A]));
    world.silence();
    world.write()?.succeed();
    await settle();
    world.giveUp();
    await write;

    world.recover();
    await world.guard.guardedChunk([scopeOf(A)], () => Promise.resolve());
    await world.guard.guardedChunk([scopeOf(B)], () => Promise.resolve());
    world.fence(A);
    await settle();

    expect(world.undone).toEqual([]);
    expect(world.acks).toEqual([A]);
  });

  it('withholds the answer to a fence until an undo that failed has succeeded', async () => {
    const world = aWorld();
    const write = outcomeOf(world.begin([A]));
    world.setStore(false);

    world.fence(A);
    world.write()?.succeed();
    const outcome = await write;
    await settle();
    const acksBefore = [...world.acks];
    world.setStore(true);
    world.fence(A);
    await settle();

    expect(outcome).toBe('store away');
    expect(acksBefore).toEqual([]);
    expect(world.undone).toEqual([[A]]);
    expect(world.acks).toEqual([A]);
  });

  it('makes up for an undo that failed at the next call for the shop, and until then refuses it', async () => {
    const world = aWorld();
    const write = outcomeOf(world.begin([A]));
    world.setStore(false);
    world.fence(A);
    world.write()?.succeed();
    await write;

    const refused = await outcomeOf(world.begin([A]));
    world.setStore(true);
    const next = await world.begin([A]);

    expect(refused).toBe('store away');
    expect(next).toEqual({ value: undefined, fenced: [scopeOf(A)] });
    expect([...world.rows]).toEqual([]);
  });

  it('makes up for it beside calls of another shop, which do not wait, one attempt at a time', async () => {
    const world = aWorld();
    const write = outcomeOf(world.begin([A]));
    world.setStore(false);
    world.fence(A);
    world.take()?.succeed();
    await write;
    await settle();
    const triesBefore = world.undoTries();

    world.freezeUndo();
    const others = [world.begin([B]), world.begin([B]), world.begin([B])];
    await settle();
    for (let other = world.take(); other !== undefined; other = world.take()) {
      other.succeed();
    }
    const results = await Promise.all(others);
    world.thawUndo();
    await settle();
    const triesBeside = world.undoTries() - triesBefore;
    world.setStore(true);
    await world.guard.guardedChunk([scopeOf(B)], () => Promise.resolve());
    await settle();

    expect(results).toEqual(others.map(() => ({ value: 'value', fenced: [] })));
    expect(triesBeside).toBe(1);
    expect(world.undone).toEqual([[A]]);
  });

  it('takes back for each fence that is read, also while the undo for another one runs', async () => {
    const world = aWorld();
    const write = outcomeOf(world.begin([A, B]));
    world.silence();
    world.fence(A);
    world.fence(B);
    world.write()?.succeed();
    await settle();
    world.giveUp();
    await write;

    world.freezeUndo();
    world.read(A);
    await settle();
    world.read(B);
    await settle();
    world.thawUndo();
    await settle();

    expect(world.undone).toEqual([[A], [B]]);
    expect([...world.rows]).toEqual([]);
  });

  it('has no value to take back of a single write that failed', async () => {
    const world = aWorld();
    const undone: unknown[] = [];
    const write = world.guard.guardedWrite(
      A,
      1,
      () => {
        world.fence(A);
        return Promise.reject(new Error('not inserted'));
      },
      { undo: (value) => Promise.resolve(void undone.push(value)) },
    );

    expect(await outcomeOf(write)).toBe('not inserted');
    expect(undone).toEqual([]);
  });

  it('keeps no row of an erased shop, whatever fails, falls silent or is fenced meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 30 }), async (steps) => {
        const world = aWorld();
        const outcomes: Promise<unknown>[] = [];

        for (const one of steps) {
          play(world, one, outcomes);
          await settle();
        }
        expect(world.early).toEqual([]);

        // In the end all is up again: what is under way ends, and each shop is written to once more.
        world.setStore(true);
        for (let write = world.take(); write !== undefined; write = world.take()) {
          write.fail();
        }
        world.recover();
        await Promise.all(outcomes);
        for (const shopKey of SHOPS) {
          await world.guard.guardedChunk([scopeOf(shopKey)], () => Promise.resolve());
        }
        await settle();
        expect([...world.rows].filter(world.isFenced)).toEqual([]);
        expect(world.undone.flat().filter((shopKey) => !world.isFenced(shopKey))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

const STEPS = [
  ...['begin A', 'begin B', 'begin both', 'land', 'land', 'succeed', 'fail', 'fail'],
  ...['silence', 'silence', 'recover', 'give up', 'give up', 'fence A', 'fence B'],
  ...['store away', 'store back'],
];

const step = fc.constantFrom(...STEPS);

function play(world: World, what: string, outcomes: Promise<unknown>[]): void {
  const begin = (shopKeys: readonly string[]): void => {
    outcomes.push(outcomeOf(world.begin(shopKeys)));
  };
  const steps: Record<string, () => void> = {
    'begin A': () => {
      begin([A]);
    },
    'begin B': () => {
      begin([B]);
    },
    'begin both': () => {
      begin(SHOPS);
    },
    land: () => world.write()?.land(),
    succeed: () => world.take()?.succeed(),
    fail: () => world.take()?.fail(),
    silence: () => {
      world.silence();
    },
    recover: () => {
      world.recover();
    },
    'give up': () => {
      world.giveUp();
    },
    'fence A': () => {
      world.fence(A);
    },
    'fence B': () => {
      world.fence(B);
    },
    'store away': () => {
      world.setStore(false);
    },
    'store back': () => {
      world.setStore(true);
    },
  };
  steps[what]?.();
}
