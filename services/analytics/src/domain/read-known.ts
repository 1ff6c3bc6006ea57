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

/** Which ranges of a connection are complete, and but for what. */
export async function readKnown(deps: KnownDeps, shopKey: string, epoch: number): Promise<Known> {
  const { complete, revision, isGapped } = await deps.completeness(shopKey, epoch);
  const cutoff = deps.cutoff();
  const gaps = isGapped ? await deps.openGaps({ shopKey, epoch, revision, cutoff }) : [];
  return { complete, revision, gaps };
}
