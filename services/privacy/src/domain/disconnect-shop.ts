import type { ShopLifecycle } from '@tokometrics/contracts';
import { AppError } from '@tokometrics/kit/errors';
import { answerDue } from './clocks.ts';
import { plannedStores } from './plan.ts';
import { startSaga } from './saga-state.ts';
import type { SagaState } from './saga-state.ts';

export interface DisconnectDeps {
  readonly findShop: (shopKey: string) => ShopLifecycle | undefined;
  /** Keeps the request, or answers with the one that already closes this scope. */
  readonly openOnce: (state: SagaState) => Promise<SagaState>;
  readonly release: (requestId: string) => Promise<boolean>;
  /** Drives the request until the test holds, a step fails or the time is up; answers with its state. */
  readonly driveUntil: (
    requestId: string,
    isReached: (state: SagaState) => boolean,
    limitMs: number,
  ) => Promise<SagaState>;
  readonly newId: () => string;
  readonly now: () => Date;
}

export interface Disconnected {
  readonly requestId: string;
  readonly tokensDestroyedAt: string;
  readonly sharedAuthorization: boolean;
}

// The lease of a silent instance runs out after 15 s; a little more for the broker to notice.
const REPLY_LIMIT_MS = 20_000;

/**
 * Resolves only when the tokens are destroyed and every live instance has stopped its work for the
 * shop. When that cannot be reached now, the shop stays closed and the rest is retried unasked.
 */
export async function disconnectShop(
  deps: DisconnectDeps,
  asker: { readonly merchantId: string; readonly accountId: string },
  { shopKey, endGrant }: { readonly shopKey: string; readonly endGrant: boolean },
): Promise<Disconnected> {
  const shop = deps.findShop(shopKey);
  if (shop?.merchantId !== asker.merchantId) {
    throw new AppError('resource.not_found', 'no such shop of this merchant');
  }
  const receivedAt = deps.now();
  const request = await deps.openOnce(
    startSaga({
      requestId: deps.newId(),
      merchantId: shop.merchantId,
      accountId: asker.accountId,
      shopKey,
      throughEpoch: shop.epoch,
      authKey: shop.authKey,
      trigger: 'self_service',
      endGrant,
      supersedesSeq: null,
      receivedAt: receivedAt.toISOString(),
      dueAt: answerDue(receivedAt).toISOString(),
      stores: plannedStores(),
    }),
  );
  if (request.completedAt !== null) {
    throw new AppError('resource.not_found', 'this shop is no longer connected');
  }
  if (request.phase === 'HELD') {
    // What waited because only the platform had asked for it is the merchant's own wish now.
    await deps.release(request.requestId);
  }
  const state = await deps.driveUntil(request.requestId, isCutOff, REPLY_LIMIT_MS);
  if (!isCutOff(state) || state.tokensDestroyedAt === null) {
    throw new AppError(
      'upstream.unavailable',
      'the shop is closed; destroying its tokens is retried',
    );
  }
  return {
    requestId: state.requestId,
    tokensDestroyedAt: state.tokensDestroyedAt,
    sharedAuthorization: state.sharedAuthorization,
  };
}

/** Nobody can use the tokens any more, and nobody works for the shop any more. */
function isCutOff(state: SagaState): boolean {
  return state.tokensDestroyedAt !== null && state.quiescedAt !== null;
}
