import type { Erased, Eraser, ErasureScope } from './eraser.ts';

export type Reply = Pick<Erased, 'found' | 'removed' | 'physicalBy'> & {
  readonly outcome: 'done' | 'retry' | 'unsupported';
};

/** What the last attempt has left of a scope, from one command to the next; nothing where it is unknown. */
export interface Left {
  take(scope: ErasureScope): number;
  keep(scope: ErasureScope, rows: number): void;
}

const TRIES = 3;
const PAUSE_MS = 500;

export function createLeft(): Left {
  const rows = new Map<string, number>();
  const keyOf = ({ shopKey, throughEpoch }: ErasureScope) => `${shopKey}:${String(throughEpoch)}`;
  return {
    take: (scope) => rows.get(keyOf(scope)) ?? 0,
    keep: (scope, left) => {
      rows.delete(keyOf(scope));
      if (left > 0) {
        rows.set(keyOf(scope), left);
      }
    },
  };
}

/**
 * What was seen over all tries: found by max, removed by sum, so a late try cannot hide an earlier one.
 * What a try has left and the next one does not find was removed by what the earlier one had begun.
 */
export async function eraseWithTries(
  eraser: Pick<Eraser, 'erase'>,
  scope: ErasureScope,
  left: Left,
  onFailure: (error: unknown, attempt: number) => void,
): Promise<Reply> {
  let total: Erased = { found: 0, removed: 0 };
  const add = (seen: Erased): void => {
    const late = Math.max(0, left.take(scope) - seen.found);
    left.keep(scope, seen.found - seen.removed);
    total = {
      ...total,
      ...seen,
      found: Math.max(total.found, seen.found),
      removed: total.removed + late + seen.removed,
    };
  };
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    let noted: Erased | undefined;
    try {
      add(
        await eraser.erase(scope, (seen) => {
          noted = seen;
        }),
      );
      return { outcome: 'done', ...total };
    } catch (error) {
      onFailure(error, attempt);
      if (noted !== undefined) {
        add(noted);
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * attempt));
    }
  }
  return { outcome: 'retry', ...total };
}
