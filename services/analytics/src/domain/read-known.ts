import type { Known } from './completeness.ts';
import type { GapDeps } from './figure-memo.ts';

export interface KnownDeps extends GapDeps {
  /** `isGapped`: records were missing once; whether they still are is a question of its own. */
  readonly completeness: (
    shopKey: string,
    epoch: number,
  ) => Promise<Omit<Known, 'gaps'> & { readonly isGapped: boolean }>;
  readonly cutoff: () => string;
}

/**
 * Which ranges of a connection are complete, and but for what; and the revision under which figures are to be
 * asked for. Where something was missing once that is read behind the gaps: one that is closed meanwhile is
 * closed behind a revision under which figures have its row, and not under the one that was read before.
 */
export async function readKnown(deps: KnownDeps, shopKey: string, epoch: number): Promise<Known> {
  const { complete, revision, isGapped } = await deps.completeness(shopKey, epoch);
  const cutoff = deps.cutoff();
  if (!isGapped) {
    return { complete, revision, gaps: [] };
  }
  const gaps = await deps.openGaps({ shopKey, epoch, revision, cutoff });
  const behind = await deps.completeness(shopKey, epoch);
  return { complete, revision: behind.revision, gaps };
}
