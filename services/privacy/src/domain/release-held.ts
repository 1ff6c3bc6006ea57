import type { ShopLifecycle } from '@tokometrics/contracts';
import { AppError } from '@tokometrics/kit/errors';
import { evolve } from './saga.ts';
import type { SagaState } from './saga-state.ts';

export interface ReleaseDeps {
  readonly load: (
    requestId: string,
  ) => Promise<{ readonly state: SagaState; readonly rev: number }>;
  readonly save: (state: SagaState, rev: number) => Promise<boolean>;
  readonly kick: (requestId: string) => void;
  readonly now: () => Date;
}

/** The request goes on from where it was held; false when it was not held (any more). */
export async function release(deps: ReleaseDeps, requestId: string): Promise<boolean> {
  const { state, rev } = await deps.load(requestId);
  if (state.phase !== 'HELD') {
    return false;
  }
  const isSaved = await deps.save(
    evolve(state, { kind: 'released' }, deps.now().toISOString()),
    rev,
  );
  deps.kick(requestId);
  return isSaved;
}

/** By staff. A shop that was connected again since the request was held is not erased after all. */
export async function releaseHeld(
  deps: ReleaseDeps & { readonly findShop: (shopKey: string) => ShopLifecycle | undefined },
  requestId: string,
): Promise<void> {
  const { state } = await deps.load(requestId);
  const shop = deps.findShop(state.shopKey);
  if (shop?.state !== 'deauthorized' || shop.epoch !== state.throughEpoch) {
    throw new AppError('resource.conflict', 'the shop is no longer one whose seller has withdrawn');
  }
  if (!(await release(deps, requestId))) {
    throw new AppError('resource.conflict', 'this request is not held');
  }
}
