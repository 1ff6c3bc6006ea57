import type { DirtyBuckets, GuardBatch } from '../domain/dirty-buckets.ts';
import type { Pass } from '../domain/pass-lane.ts';
import type { Scope } from '../domain/read-fact.ts';

type GuardedChunk = (
  scopes: readonly Scope[],
  write: (open: readonly Scope[]) => Promise<void>,
) => Promise<unknown>;

const keyOf = ({ shopKey, epoch }: Scope): string => `${shopKey}:${String(epoch)}`;

/**
 * A pass that writes figures of connections that are open alone, whichever chunks asked for it. Each
 * batch is guarded by itself: a pass may take as long as it has batches, and a fence between two of them
 * waits for neither.
 */
export function guardPass(
  guardedChunk: GuardedChunk,
  reroll: (dirty: DirtyBuckets, guardBatch: GuardBatch) => Promise<void>,
): Pass {
  const guardBatch: GuardBatch = async (batch, roll) => {
    const scopes = new Map(
      batch.map(({ shopKey, epoch }) => [keyOf({ shopKey, epoch }), { shopKey, epoch }]),
    );
    let answer: Awaited<ReturnType<GuardBatch>> = [];
    await guardedChunk([...scopes.values()], async (open) => {
      const keys = new Set(open.map(keyOf));
      answer = await roll(batch.filter((one) => keys.has(keyOf(one))));
    });
    return answer;
  };
  return (dirty) => reroll(dirty, guardBatch);
}
