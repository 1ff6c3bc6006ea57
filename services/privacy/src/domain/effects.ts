import { POLICY, storeEntry } from '@tokometrics/contracts';
import type { StoreId } from '@tokometrics/contracts';
import { isAppError } from '@tokometrics/kit/errors';
import { canonicalJson, sha256Hex } from '@tokometrics/kit/json';
import type { KeptAck } from './evidence.ts';
import { fenceGroupsOf, grantEndOf } from './evidence.ts';
import type { LedgerRecord } from './ledger-chain.ts';
import { clausesOf, receiptBody, receiptHash, receiptText } from './receipt.ts';
import { COMMAND_AGAIN_MS } from './saga.ts';
import type { SagaEffect, SagaEvent } from './saga.ts';
import { scopeOf } from './saga-state.ts';
import type { SagaState, ShreddedKey, TopicEnds } from './saga-state.ts';

/** What the caller says of an entry; sequence, time, chain and actor are the ledger's. */
export interface LedgerDraft {
  readonly type: string;
  readonly requestId: string | null;
  readonly subjectRef: string | null;
  readonly scopeRefs: readonly string[];
  readonly storeId?: StoreId;
  readonly counts: Readonly<Record<string, number>> | null;
  readonly evidence: string | null;
  readonly policyVersion: string | null;
  readonly clauseIds: readonly string[] | null;
}

export interface Verification {
  /** Stores in which the scope still has rows. */
  readonly remaining: readonly StoreId[];
  /** Why nothing can be concluded although no rows were found. */
  readonly inconclusive: string | null;
  /** A topic holds records of the scope that were written after the fence. */
  readonly hasLateRecords: boolean;
  readonly physicalBy: ReadonlyMap<StoreId, string>;
}

/** The outside world of an erasure. Every function may be repeated with the same effect. */
export interface EffectDeps {
  readonly now: () => string;
  /** Appends once: the same draft of the same request gives the entry that is already there. */
  readonly append: (draft: LedgerDraft) => Promise<LedgerRecord>;
  readonly subjectRef: (shopKey: string) => Promise<string>;
  readonly writeFence: (state: SagaState) => Promise<void>;
  readonly repeatFence: (state: SagaState) => Promise<void>;
  readonly isAuthorizationShared: (state: SagaState) => boolean;
  /** Resolves only when the tokens no longer exist. */
  readonly destroyTokens: (merchantId: string, authKey: string) => Promise<void>;
  readonly acks: (requestId: string) => Promise<readonly KeptAck[]>;
  readonly liveFenceGroups: () => Promise<readonly string[]>;
  readonly topicEnds: () => Promise<readonly TopicEnds[]>;
  readonly countStores: (state: SagaState) => Promise<ReadonlyMap<StoreId, number>>;
  readonly sendCommands: (state: SagaState, storeIds: readonly StoreId[]) => Promise<void>;
  /** Resolves only when each key is proven destroyed. */
  readonly shred: (state: SagaState) => Promise<readonly ShreddedKey[]>;
  readonly verify: (state: SagaState) => Promise<Verification>;
  readonly notify: (state: SagaState) => Promise<void>;
}

const GRANT_POLL_MS = 50;
const GRANT_PATIENCE_MS = 2_000;
const QUIESCE_POLL_MS = 250;
// A lease lasts 15 s; who is a member and silent for longer than this needs a person.
const QUIESCE_PATIENCE_MS = 20_000;

/** Carries out what is due and says what happened; a failure is an event like any other. */
export async function perform(
  deps: EffectDeps,
  state: SagaState,
  effect: SagaEffect,
): Promise<SagaEvent> {
  return run(deps, state, effect).catch((error: unknown) => ({
    kind: 'held',
    code: isAppError(error) ? (error.details?.reason ?? error.code) : 'internal',
    isUrgent: false,
  }));
}

async function run(deps: EffectDeps, state: SagaState, effect: SagaEffect): Promise<SagaEvent> {
  switch (effect.kind) {
    case 'intend':
      return intend(deps, state);
    case 'fence':
      return writeFence(deps, state);
    case 'destroyTokens':
      return destroyTokens(deps, state);
    case 'quiesce':
      return quiesce(deps, state);
    case 'baseline':
      return { kind: 'baselined', found: await deps.countStores(state) };
    case 'command':
      await deps.sendCommands(state, effect.storeIds);
      return { kind: 'commanded', storeIds: effect.storeIds, at: deps.now() };
    case 'shred':
      return shred(deps, state);
    case 'verify':
      return verify(deps, state);
    case 'issue':
      return issue(deps, state);
    case 'notify':
      await deps.notify(state);
      return { kind: 'notified' };
    case 'wait':
    case 'end':
      return { kind: 'notYet', pauseMs: COMMAND_AGAIN_MS };
  }
}

async function intend(deps: EffectDeps, state: SagaState): Promise<SagaEvent> {
  // The reference needs Vault; the fence must not wait for it, the receipt will.
  const subjectRef = await deps.subjectRef(state.shopKey).catch(() => null);
  const { entry } = await deps.append({ ...draftOf(state, 'erase.intent'), subjectRef });
  return { kind: 'intended', seq: entry.seq, subjectRef };
}

async function writeFence(deps: EffectDeps, state: SagaState): Promise<SagaEvent> {
  // 1. Document and topic, so that no instance that starts from now on misses it.
  await deps.writeFence(state);
  // 2. Then the ledger says so.
  await deps.append(draftOf(state, 'fence.written'));
  return { kind: 'fenced', at: deps.now() };
}

async function destroyTokens(deps: EffectDeps, state: SagaState): Promise<SagaEvent> {
  if (await isGrantStillEnding(deps, state)) {
    return { kind: 'notYet', pauseMs: GRANT_POLL_MS };
  }
  const storeId = 'vault.tiktok-tokens';
  if (deps.isAuthorizationShared(state)) {
    const counts = { found: 0, removed: 0 };
    await deps.append({ ...draftOf(state, 'tokens.shared'), storeId, counts });
    return { kind: 'tokensDestroyed', at: deps.now(), shared: true };
  }
  await deps.destroyTokens(state.merchantId, state.authKey);
  const at = deps.now();
  const counts = { found: 1, removed: 1 };
  await deps.append({ ...draftOf(state, 'tokens.destroyed'), storeId, counts });
  return { kind: 'tokensDestroyed', at, shared: false };
}

/** The wish to end the grant needs the tokens: it gets two seconds of them, whatever comes of it. */
async function isGrantStillEnding(deps: EffectDeps, state: SagaState): Promise<boolean> {
  const since = Date.parse(state.fencedAt ?? state.receivedAt);
  return (
    state.endGrant &&
    Date.parse(deps.now()) - since < GRANT_PATIENCE_MS &&
    grantEndOf(await deps.acks(state.requestId)) === null
  );
}

async function quiesce(deps: EffectDeps, state: SagaState): Promise<SagaEvent> {
  const acks = await deps.acks(state.requestId);
  const acked = fenceGroupsOf(acks);
  const silent = (await deps.liveFenceGroups()).filter((group) => !acked.has(group));
  if (silent.length === 0) {
    const grantEnd = state.endGrant ? (grantEndOf(acks) ?? 'unconfirmed') : null;
    return { kind: 'quiesced', at: deps.now(), topicEnds: await deps.topicEnds(), grantEnd };
  }
  await deps.repeatFence(state);
  const waitedMs = Date.parse(deps.now()) - Date.parse(state.fencedAt ?? state.receivedAt);
  return waitedMs < QUIESCE_PATIENCE_MS
    ? { kind: 'notYet', pauseMs: QUIESCE_POLL_MS }
    : { kind: 'held', code: 'fence.unacknowledged', isUrgent: true };
}

async function shred(deps: EffectDeps, state: SagaState): Promise<SagaEvent> {
  // 1. What the owners removed, store by store, before the last way back is destroyed.
  for (const store of state.stores) {
    if (isEmptied(store.storeId)) {
      await deps.append(storeDraft(state, 'store.erased', store));
    }
  }
  // 2. The keys: after this no copy of a sealed body opens anywhere.
  const keys = await deps.shred(state);
  const shreddedAt = deps.now();
  await deps.append({
    ...draftOf(state, 'key.shredded'),
    storeId: 'vault.sealing-keys',
    counts: { found: keys.length, removed: keys.length },
    evidence: sha256Hex(canonicalJson(keys.map(({ kidRef }) => kidRef).sort())),
  });
  return { kind: 'shredded', keys, at: shreddedAt };
}

async function verify(deps: EffectDeps, state: SagaState): Promise<SagaEvent> {
  const found = await deps.verify(state);
  if (found.remaining.length > 0) {
    return { kind: 'rowsRemain', storeIds: found.remaining };
  }
  if (found.inconclusive !== null) {
    return { kind: 'held', code: found.inconclusive, isUrgent: true };
  }
  if (found.hasLateRecords) {
    // Written by an instance that did not know of the fence: dropped by all, but it expires later.
    return { kind: 'recordsAfterFence', at: deps.now(), topicEnds: await deps.topicEnds() };
  }
  const at = new Map<StoreId, string>();
  for (const store of state.stores.filter(({ storeId }) => isProvenZero(storeId))) {
    const { entry } = await deps.append(storeDraft(state, 'verify.zero', store));
    at.set(store.storeId, entry.ts);
  }
  return { kind: 'verified', at, physicalBy: found.physicalBy };
}

async function issue(deps: EffectDeps, state: SagaState): Promise<SagaEvent> {
  const subjectRef = state.subjectRef ?? (await deps.subjectRef(state.shopKey));
  const body = receiptBody(state, subjectRef);
  const record = await deps.append({
    ...draftOf(state, 'receipt.issued'),
    subjectRef,
    evidence: receiptHash(body),
    clauseIds: clausesOf(state),
  });
  if (record.signature === null) {
    return { kind: 'held', code: 'ledger.unsigned', isUrgent: false };
  }
  if (state.supersedesSeq !== null) {
    const counts = { seq: state.supersedesSeq };
    await deps.append({ ...draftOf(state, 'receipt.superseded'), subjectRef, counts });
  }
  return {
    kind: 'issued',
    seq: record.entry.seq,
    receipt: receiptText(body, record),
    at: record.entry.ts,
  };
}

function draftOf(state: SagaState, type: string): LedgerDraft {
  return {
    type,
    requestId: state.requestId,
    subjectRef: state.subjectRef,
    scopeRefs: [`${scopeOf(state)}:${String(state.throughEpoch)}`],
    counts: null,
    evidence: null,
    policyVersion: POLICY.version,
    clauseIds: null,
  };
}

/** The evidence names the round, so that a proof from before a re-erasure is never taken again. */
function storeDraft(
  state: SagaState,
  type: string,
  store: SagaState['stores'][number],
): LedgerDraft {
  const { storeId, found, removed, ackedAt, attempt } = store;
  return {
    ...draftOf(state, type),
    storeId,
    counts: { found, removed },
    evidence: sha256Hex(
      canonicalJson({ storeId, found, removed, ackedAt, attempt, shreddedAt: state.shreddedAt }),
    ),
    clauseIds: [storeEntry(storeId).clause],
  };
}

function isEmptied(storeId: StoreId): boolean {
  return ['delete', 'alter-delete'].includes(storeEntry(storeId).erase);
}

export function isProvenZero(storeId: StoreId): boolean {
  return ['count', 'not-found'].includes(storeEntry(storeId).verify);
}
