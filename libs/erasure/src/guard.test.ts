import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createFenceMap } from './fence-map.ts';
import type { ShopScope } from './fence-map.ts';
import { createGuard } from './guard.ts';
import { createInFlight } from './in-flight.ts';

const [A, B] = ['01JD0000000000000000000001', '01JD0000000000000000000002'];
const SHOPS = [A, B];

const scopeOf = (shopKey: string): ShopScope => ({ shopKey, epoch: 1 });

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Write {
  readonly shopKeys: readonly string[];
  land: () => void;
  succeed: () => void;
  fail: () => void;
}

/**
 * One instance before a store, and the coordinator of erasures: it waits for the answer of an
 * instance that is heard, and for nobody else.
 */
function aWorld() {
  const map = createFenceMap();
  const inFlight = createInFlight();
  const rows = new Set<string>();
  const fencedShops = new Set<string>();
  const undone: (readonly string[])[] = [];
  const writes: Write[] = [];
  const acks: string[] = [];
  const early: string[] = [];
  let isHeard = true;
  let isStoreUp = true;
  let isFrozenUndo = false;
  let undoTries = 0;
  let answers: ((isHealthy: boolean) => void)[] = [];
  const frozen: (() => void)[] = [];

  const answer = (isHealthy: boolean): void => {
    const waiting = answers;
    answers = [];
    waiting.forEach((one) => {
      one(isHealthy);
    });
  };
  const guard = createGuard({
    map,
    inFlight,
    lease: {
      isHealthy: () => isHeard,
      untilHealthy: () =>
        isHeard ? Promise.resolve(true) : new Promise((resolve) => answers.push(resolve)),
    },
  });

  const apply = async (shopKey: string): Promise<boolean> => {
    map.raise(`shop:${shopKey}`, 1);
    if (!(await inFlight.settled(shopKey, 60_000))) {
      return false;
    }
    return guard.takeBack(shopKey).then(
      () => true,
      () => false,
    );
  };
  const removeRows = async (shopKeys: readonly string[]): Promise<void> => {
    undoTries += 1;
    if (isFrozenUndo) {
      await new Promise<void>((resolve) => frozen.push(resolve));
    }
    if (!isStoreUp) {
      throw new Error('store away');
    }
    shopKeys.forEach((shopKey) => rows.delete(shopKey));
    undone.push(shopKeys);
  };

  return {
    guard,
    rows,
    undone,
    acks,
    /** Shops whose fence was answered while a write for them ran. */
    early,
    /** Its op ends when the test says so. */
    begin: (shopKeys: readonly string[]) =>
      guard.guardedChunk(
        shopKeys.map(scopeOf),
        (open) =>
          new Promise<string>((resolve, reject) => {
            const write: Write = {
              shopKeys: open.map(({ shopKey }) => shopKey),
              land: () => {
                write.shopKeys.forEach((shopKey) => rows.add(shopKey));
              },
              succeed: () => {
                write.land();
                resolve('value');
              },
              fail: () => {
                reject(new Error('facts not taken'));
              },
            };
            writes.push(write);
          }),
        { undo: (late) => removeRows(late.map(({ shopKey }) => shopKey)) },
      ),
    write: (index = 0): Write | undefined => writes[index],
    take: (): Write | undefined => writes.shift(),
    silence: () => {
      isHeard = false;
    },
    /** The 20 s are over for every write that waits for the lease. */
    giveUp: () => {
      answer(false);
    },
    fence: (shopKey: string) => {
      fencedShops.add(shopKey);
      if (!isHeard) {
        rows.delete(shopKey);
        return;
      }
      void apply(shopKey).then((isAcked) => {
        if (isAcked) {
          acks.push(shopKey);
          early.push(...(writes.some((one) => one.shopKeys.includes(shopKey)) ? [shopKey] : []));
          rows.delete(shopKey);
        }
      });
    },
    /** The reading of all fences has come to this one, and not to the end. */
    read: (shopKey: string) => {
      void apply(shopKey);
    },
    /** Only then is the lease there again, when all fences have been read. */
    recover: () => {
      fencedShops.forEach((shopKey) => void apply(shopKey));
      isHeard = true;
      answer(true);
    },
    setStore: (isUp: boolean) => {
      isStoreUp = isUp;
    },
    freezeUndo: () => {
      isFrozenUndo = true;
    },
    thawUndo: () => {
      isFrozenUndo = false;
      frozen.splice(0).forEach((go) => {
        go();
      });
    },
    undoTries: () => undoTries,
    isFenced: (shopKey: string) => fencedShops.has(shopKey),
  };
}

type World = ReturnType<typeof aWorld>;

/** What became of it; a rejection is looked at later than it happens. */
function outcomeOf(write: Promise<unknown>): Promise<unknown> {
  return write.then(
    () => 'done',
    (error: unknown) => (error instanceof Error ? error.message : error),
  );
}

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
