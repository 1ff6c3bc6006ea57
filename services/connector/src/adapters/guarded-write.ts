import type { Fences, ShopScope } from '@tokometrics/erasure';
import { ScopeClosed } from '../domain/snapshot-sink.ts';

/**
 * A write that names a shop. Throws ScopeClosed when the shop was fenced before, during or after it.
 * `undo` removes what the write may have put there, also when it failed: the answer may have been
 * lost, not the write. Until it has succeeded, the fence is not acknowledged.
 */
export type GuardedWrite = <T>(
  scope: ShopScope,
  write: () => Promise<T>,
  undo?: () => Promise<unknown>,
) => Promise<T>;

export function guardedBy(fences: Pick<Fences, 'guardedChunk'>): GuardedWrite {
  return async (scope, write, undo) => {
    const { value, fenced } = await fences.guardedChunk(
      [scope],
      async () => ({ kept: await write() }),
      undo === undefined
        ? {}
        : {
            undo: async () => {
              await undo();
            },
          },
    );
    if (value === undefined || fenced.length > 0) {
      throw new ScopeClosed();
    }
    return value.kept;
  };
}
