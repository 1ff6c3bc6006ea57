import { createFenceMap } from './fence-map.ts';
import type { ShopScope } from './fence-map.ts';
import { createGuard } from './guard.ts';
import { createInFlight } from './in-flight.ts';

export const [A, B] = ['01JD0000000000000000000001', '01JD0000000000000000000002'];
export const SHOPS = [A, B];

export const scopeOf = (shopKey: string): ShopScope => ({ shopKey, epoch: 1 });

export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

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
export function aWorld() {
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

export type World = ReturnType<typeof aWorld>;

/** What became of it; a rejection is looked at later than it happens. */
export function outcomeOf(write: Promise<unknown>): Promise<unknown> {
  return write.then(
    () => 'done',
    (error: unknown) => (error instanceof Error ? error.message : error),
  );
}
