import type { StoreId } from '@tokometrics/contracts';

export type SagaPhase =
  /** Waits for a person: more erasures at once than a platform's word is trusted with. */
  | 'HELD'
  | 'INTENT'
  | 'FENCE'
  | 'TOKENS'
  | 'QUIESCE'
  | 'BASELINE'
  | 'ERASE'
  | 'SHRED'
  | 'VERIFY'
  | 'RECEIPT'
  | 'NOTIFY'
  | 'DONE';

export interface StoreProgress {
  readonly storeId: StoreId;
  /** Merged over attempts and instances: found by max, removed by sum. Never falls. */
  readonly found: number;
  readonly removed: number;
  /** Rounds of erasure asked for; the store counts as erased once the newest has been answered. */
  readonly attempt: number;
  readonly commandedAt: string | null;
  readonly ackedAt: string | null;
  readonly physicalBy: string | null;
  readonly verifiedAt: string | null;
}

export interface ShreddedKey {
  readonly kidRef: string;
  readonly shreddedAt: string;
}

/** Partition ends of one topic at the moment when every instance had acknowledged the fence. */
export interface TopicEnds {
  readonly topic: string;
  readonly ends: readonly string[];
}

/** The whole of one erasure, kept as one document: after a crash it goes on from here. */
export interface SagaState {
  readonly requestId: string;
  readonly merchantId: string;
  /** Who asked; the receipt's mail goes there. Null where nobody here asked. */
  readonly accountId: string | null;
  readonly shopKey: string;
  readonly throughEpoch: number;
  readonly authKey: string;
  readonly trigger: 'self_service' | 'deauthorization' | 'tripwire';
  /** Whether TikTok Shop is asked to end its side too, and what came of it once all have stopped. */
  readonly endGrant: boolean;
  readonly grantEnd: 'ended' | 'unconfirmed' | null;
  /** Ledger entry of the receipt that a re-erasure replaces. */
  readonly supersedesSeq: number | null;
  readonly receivedAt: string;
  readonly dueAt: string;
  readonly state: 'EXECUTING' | 'ATTENTION' | 'COMPLETED';
  readonly attention: string | null;
  readonly phase: SagaPhase;
  readonly stage: number;
  readonly subjectRef: string | null;
  readonly intentSeq: number | null;
  readonly fencedAt: string | null;
  readonly tokensDestroyedAt: string | null;
  /** Another live shop of the merchant uses the same authorization, so its tokens stay. */
  readonly sharedAuthorization: boolean;
  readonly quiescedAt: string | null;
  readonly topicEnds: readonly TopicEnds[];
  readonly stores: readonly StoreProgress[];
  readonly keys: readonly ShreddedKey[];
  readonly shreddedAt: string | null;
  /** Failures of the present step in a row; decides how long the next try waits. */
  readonly failures: number;
  readonly nextAt: string;
  readonly receipt: string | null;
  readonly receiptSeq: number | null;
  readonly completedAt: string | null;
}

export interface SagaStart {
  readonly requestId: string;
  readonly merchantId: string;
  readonly accountId: string | null;
  readonly shopKey: string;
  readonly throughEpoch: number;
  readonly authKey: string;
  readonly trigger: SagaState['trigger'];
  readonly endGrant?: boolean;
  readonly isHeld?: boolean;
  readonly supersedesSeq: number | null;
  readonly receivedAt: string;
  readonly dueAt: string;
  readonly stores: readonly StoreId[];
}

export function startSaga(start: SagaStart): SagaState {
  const { stores, endGrant = false, isHeld = false, ...facts } = start;
  return {
    ...facts,
    endGrant,
    grantEnd: null,
    state: isHeld ? 'ATTENTION' : 'EXECUTING',
    attention: isHeld ? 'erasure.suspect' : null,
    phase: isHeld ? 'HELD' : 'INTENT',
    stage: 0,
    subjectRef: null,
    intentSeq: null,
    fencedAt: null,
    tokensDestroyedAt: null,
    sharedAuthorization: false,
    quiescedAt: null,
    topicEnds: [],
    stores: stores.map((storeId) => ({
      storeId,
      found: 0,
      removed: 0,
      attempt: 1,
      commandedAt: null,
      ackedAt: null,
      physicalBy: null,
      verifiedAt: null,
    })),
    keys: [],
    shreddedAt: null,
    failures: 0,
    nextAt: start.receivedAt,
    receipt: null,
    receiptSeq: null,
    completedAt: null,
  };
}

export function scopeOf(state: Pick<SagaState, 'shopKey'>): string {
  return `shop:${state.shopKey}`;
}

export function isOpen(state: SagaState): boolean {
  return state.phase !== 'DONE';
}
