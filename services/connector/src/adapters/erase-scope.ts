import { mongoErrors } from '@tokometrics/kit';

export interface ScopeFilter {
  readonly shopKey: string;
  readonly epoch: { readonly $lte: number };
}

/** Removes every document of the scope; the last pass finds none. */
export async function eraseScope(
  deleteMany: (filter: ScopeFilter) => Promise<{ deletedCount: number }>,
  shopKey: string,
  throughEpoch: number,
): Promise<{ found: number; removed: number }> {
  let removed = 0;
  for (;;) {
    const { deletedCount } = await mongoErrors(() =>
      deleteMany({ shopKey, epoch: { $lte: throughEpoch } }),
    );
    removed += deletedCount;
    if (deletedCount === 0) {
      return { found: removed, removed };
    }
  }
}
