import { CLAUSES, POLICY, storeEntry } from '@tokometrics/contracts';
import type { ClauseId, Receipt, StoreEntry } from '@tokometrics/contracts';
import { canonicalJson, sha256Hex } from '@tokometrics/kit/json';
import { later } from './clocks.ts';
import type { LedgerRecord } from './ledger-chain.ts';
import { scopeOf } from './saga-state.ts';
import type { SagaState, StoreProgress } from './saga-state.ts';

const VERIFIER = 'privacy-verifier';
const DAY_MS = 86_400_000;

/** Everything that a receipt says, but for the ledger entry that binds it. */
export type ReceiptBody = Omit<Receipt, 'ledger'>;

/** Clauses that an erasure of a shop answers, of those that the data map knows. */
export function clausesOf(state: SagaState): ClauseId[] {
  const used = new Set(state.stores.map(({ storeId }) => storeEntry(storeId).clause));
  return Object.keys(CLAUSES)
    .filter((id): id is ClauseId => Object.hasOwn(CLAUSES, id))
    .filter((id) => used.has(id));
}

export function receiptBody(state: SagaState, subjectRef: string): ReceiptBody {
  const stores = state.stores.map((store) => storeRow(state, store));
  const kinds = state.stores.map(({ storeId }) => storeEntry(storeId).kind);
  return {
    v: 1,
    request: {
      requestId: state.requestId,
      right: 'deletion',
      trigger: state.trigger,
      receivedAt: state.receivedAt,
      outcome: state.sharedAuthorization ? 'partial-retained' : 'full',
      subjectRef,
      scopes: [{ scope: scopeOf(state), throughEpoch: state.throughEpoch }],
    },
    policy: { policyVersion: POLICY.version, clauseIds: clausesOf(state) },
    stores,
    keys: state.keys.map(({ kidRef, shreddedAt }) => ({ kidRef, shreddedAt, canary: 'not-found' })),
    residuals: stores.flatMap(({ storeId, physicalBy }, index) => {
      const kind = kinds[index];
      return physicalBy === null || kind === undefined
        ? []
        : [{ kind: residualKind(kind), id: storeId, until: physicalBy }];
    }),
    recipients:
      state.endGrant && state.grantEnd !== null
        ? [{ id: 'tiktok-shop', state: `grant-${state.grantEnd}` }]
        : [],
    retained: state.sharedAuthorization
      ? [{ ground: 'authorization-shared-with-connected-shop', category: 'tokens' }]
      : [],
  };
}

/** What the bytes still lie in until that date. */
function residualKind(kind: StoreEntry['kind']): string {
  return kind === 'kafka' ? 'topic' : kind === 'memory' ? 'memory' : 'file';
}

function storeRow(state: SagaState, store: StoreProgress): Receipt['stores'][number] {
  const { storeId, found, removed, ackedAt, verifiedAt } = store;
  const entry = storeEntry(storeId);
  const base = { storeId, method: entry.erase, found, removed, verifier: VERIFIER };
  if (entry.verify === 'undecryptable' || entry.verify === 'fenced') {
    const quiescedAt = state.quiescedAt ?? state.receivedAt;
    return {
      ...base,
      state: entry.verify,
      lastEraseAckAt: null,
      verifiedZeroAt: null,
      physicalBy: store.physicalBy ?? later(quiescedAt, entry.retentionDays * DAY_MS),
    };
  }
  return {
    ...base,
    state: 'zero',
    lastEraseAckAt: ackedAt,
    verifiedZeroAt: verifiedAt,
    physicalBy: store.physicalBy,
  };
}

/** What the ledger's `receipt.issued` entry carries as evidence: it binds every figure to the signature. */
export function receiptHash(body: ReceiptBody): string {
  return sha256Hex(canonicalJson(body));
}

/** The bytes that are served, and nothing else is a receipt. */
export function receiptText(body: ReceiptBody, record: LedgerRecord): string {
  if (record.signature === null || record.kid === null) {
    throw new TypeError('a receipt needs a signed ledger entry');
  }
  const { entry, entryHash, signature, kid } = record;
  return canonicalJson({ ...body, ledger: { entry, entryHash, signature, kid } });
}
