import { storeEntry } from '@tokometrics/contracts';
import type { PrivacyRequest } from '@tokometrics/contracts';
import type { SagaState, StoreProgress } from './saga-state.ts';

type PhaseName = PrivacyRequest['phases'][number]['phase'];

/** The request as its subject sees it. */
export function viewOf(state: SagaState): Omit<PrivacyRequest, 'requestId' | 'shopKey'> & {
  readonly requestId: string;
  readonly shopKey: string;
} {
  return {
    requestId: state.requestId,
    right: 'deletion',
    trigger: state.trigger === 'deauthorization' ? 'deauthorization' : 'self_service',
    shopKey: state.shopKey,
    state: state.state,
    attention: state.attention,
    receivedAt: state.receivedAt,
    dueAt: state.dueAt,
    tokensDestroyedAt: state.tokensDestroyedAt,
    grantEnd: state.endGrant ? (state.grantEnd ?? 'pending') : null,
    completedAt: state.completedAt,
    phases: state.stores.map((store) => ({
      storeId: store.storeId,
      holds: storeEntry(store.storeId).holds,
      phase: phaseOf(state, store),
      found: store.found,
      removed: store.removed,
      physicalBy: store.physicalBy,
    })),
    receiptReady: state.receipt !== null,
  };
}

function phaseOf(state: SagaState, store: StoreProgress): PhaseName {
  if (store.verifiedAt !== null) {
    return 'verified';
  }
  // A topic is verified as a whole, with the receipt; the mail about it may come much later.
  const isTopicLike = storeEntry(store.storeId).erase === 'fence-and-expire';
  if (isTopicLike && state.receipt !== null) {
    return 'verified';
  }
  if (store.ackedAt !== null) {
    return 'erased';
  }
  if (store.commandedAt !== null) {
    return 'erasing';
  }
  return state.fencedAt === null ? 'waiting' : 'fenced';
}
