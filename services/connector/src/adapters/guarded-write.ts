import type { Fences, ShopScope } from '@tokometrics/erasure';
import { ScopeClosed } from '../domain/snapshot-sink.ts';

/** A write that names a shop. Throws ScopeClosed when the shop was fenced before, during or after it. */
export type GuardedWrite = <T>(
  scope: ShopScope,
  write: () => Promise<T>,
  undo?: (value: T) => Promise<unknown>,
) => Promise<T>;

export function guardedBy(fences: Pick<Fences, 'guardedWrite'>): GuardedWrite {
  return async (scope, write, undo) => {
    const result = await fences.guardedWrite(
      scope.shopKey,
      scope.epoch,
      write,
      undo === undefined
        ? {}
        : {
            undo: async (value) => {
              await undo(value);
            },
          },
    );
    if (result.kind === 'fenced') {
      throw new ScopeClosed();
    }
    return result.value;
  };
}
