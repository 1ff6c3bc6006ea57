import type { Bucket, DirtyBuckets } from '../domain/dirty-buckets.ts';
import type { Scope } from '../domain/read-fact.ts';

type GuardedChunk = (
  scopes: readonly Scope[],
  write: (open: readonly Scope[]) => Promise<void>,
) => Promise<unknown>;

const keyOf = ({ shopKey, epoch }: Scope): string => `${shopKey}:${String(epoch)}`;

/** A pass that writes figures of connections that are open alone, whichever chunks asked for it. */
export function guardPass(
  guardedChunk: GuardedChunk,
  reroll: (dirty: DirtyBuckets) => Promise<void>,
): (dirty: DirtyBuckets) => Promise<void> {
  return async ({ order, settlement, finance }) => {
    const scopes = new Map(
      [...order, ...settlement, ...finance].map(({ shopKey, epoch }) => {
        const scope = { shopKey, epoch };
        return [keyOf(scope), scope];
      }),
    );
    await guardedChunk([...scopes.values()], async (open) => {
      const keys = new Set(open.map(keyOf));
      const ofOpen = (buckets: readonly Bucket[]) => buckets.filter((one) => keys.has(keyOf(one)));
      await reroll({
        order: ofOpen(order),
        settlement: ofOpen(settlement),
        finance: ofOpen(finance),
      });
    });
  };
}
