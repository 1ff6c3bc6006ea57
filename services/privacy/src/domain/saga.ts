import type { StoreId } from '@tokometrics/contracts';
import { later } from './clocks.ts';
import { eraseStages } from './plan.ts';
import type { SagaPhase, SagaState, ShreddedKey, StoreProgress, TopicEnds } from './saga-state.ts';

/** What an owner has reported about a store, merged over all its answers. */
export interface StoreEvidence {
  readonly storeId: StoreId;
  readonly found: number;
  readonly removed: number;
  /** The highest attempt that ended in `done`; 0 when none did. */
  readonly doneAttempt: number;
  readonly doneAt: string | null;
  readonly physicalBy: string | null;
  readonly isUnsupported: boolean;
}

export type SagaEvent =
  | { readonly kind: 'released' }
  | { readonly kind: 'intended'; readonly seq: number; readonly subjectRef: string | null }
  | { readonly kind: 'fenced'; readonly at: string }
  | { readonly kind: 'tokensDestroyed'; readonly at: string; readonly shared: boolean }
  | {
      readonly kind: 'quiesced';
      readonly at: string;
      readonly topicEnds: readonly TopicEnds[];
      readonly grantEnd: SagaState['grantEnd'];
    }
  | { readonly kind: 'baselined'; readonly found: ReadonlyMap<StoreId, number> }
  | { readonly kind: 'commanded'; readonly storeIds: readonly StoreId[]; readonly at: string }
  | { readonly kind: 'evidence'; readonly stores: readonly StoreEvidence[] }
  | { readonly kind: 'shredded'; readonly keys: readonly ShreddedKey[]; readonly at: string }
  | { readonly kind: 'rowsRemain'; readonly storeIds: readonly StoreId[] }
  | {
      readonly kind: 'recordsAfterFence';
      readonly at: string;
      readonly topicEnds: readonly TopicEnds[];
    }
  | {
      readonly kind: 'verified';
      readonly at: ReadonlyMap<StoreId, string>;
      /** Of topics: by when their last record has left the disks. */
      readonly physicalBy: ReadonlyMap<StoreId, string>;
    }
  | { readonly kind: 'issued'; readonly seq: number; readonly receipt: string; readonly at: string }
  | { readonly kind: 'notified' }
  /** Nothing failed, others are still at it: asked again after that pause. */
  | { readonly kind: 'notYet'; readonly pauseMs: number }
  /** The step cannot end now: it is tried again, and shown to staff once it has lasted. */
  | { readonly kind: 'held'; readonly code: string; readonly isUrgent: boolean };

export type SagaEffect =
  | { readonly kind: 'intend' }
  | { readonly kind: 'fence' }
  | { readonly kind: 'destroyTokens' }
  | { readonly kind: 'quiesce' }
  | { readonly kind: 'baseline' }
  | { readonly kind: 'command'; readonly storeIds: readonly StoreId[] }
  | { readonly kind: 'shred' }
  | { readonly kind: 'verify' }
  | { readonly kind: 'issue' }
  | { readonly kind: 'notify' }
  | { readonly kind: 'wait'; readonly until: string }
  | { readonly kind: 'end' };

/** An owner that has not answered is asked again; the same erasure twice does no harm. */
export const COMMAND_AGAIN_MS = 30_000;
/** Twice the lease, and a little: a write that was frozen on its way has landed or died by then. */
export const SETTLE_MS = 31_000;
/** How often a held request looks whether somebody has released it. */
const HELD_MS = 60_000;
const BACKOFF_MS = [500, 1_000, 2_000, 5_000, 10_000, 30_000];
const ATTENTION_AFTER = 5;

/** What happened becomes the new state, and the state alone says what is to be done next. */
export function decide(
  state: SagaState,
  event: SagaEvent,
  now: string,
): { readonly state: SagaState; readonly effect: SagaEffect } {
  const next = evolve(state, event, now);
  return { state: next, effect: due(next, now) };
}

/** Pure, and the same for a repeated event: a crash before the state was kept only repeats a step. */
export function evolve(state: SagaState, event: SagaEvent, now: string): SagaState {
  switch (event.kind) {
    case 'notYet':
      return { ...state, nextAt: later(now, event.pauseMs) };
    case 'held':
      return held(state, event, now);
    case 'evidence':
      return withEvidence(state, event.stores, now);
    case 'commanded':
    case 'rowsRemain':
    case 'recordsAfterFence':
      return again(state, event, now);
    default:
      return forward(state, event, now);
  }
}

type Again = Extract<SagaEvent, { kind: 'commanded' | 'rowsRemain' | 'recordsAfterFence' }>;
type Forward = Exclude<SagaEvent, Again | { kind: 'notYet' | 'held' | 'evidence' }>;

/** Events that stay in a phase or lead back to an earlier one. */
function again(state: SagaState, event: Again, now: string): SagaState {
  switch (event.kind) {
    case 'commanded':
      return state.phase === 'ERASE'
        ? { ...state, stores: withStores(state, event.storeIds, () => ({ commandedAt: event.at })) }
        : state;
    case 'rowsRemain':
      return advance(state, ['VERIFY', 'ERASE'], now, {
        stage: 0,
        // A new round: an answer to the round before says nothing about these rows.
        stores: withStores(state, event.storeIds, ({ attempt }) => ({
          ackedAt: null,
          commandedAt: null,
          attempt: attempt + 1,
        })),
      });
    case 'recordsAfterFence':
      return state.phase === 'VERIFY'
        ? {
            ...state,
            quiescedAt: event.at,
            topicEnds: event.topicEnds,
            nextAt: later(now, SETTLE_MS),
          }
        : state;
  }
}

/** Events that end a phase. */
function forward(state: SagaState, event: Forward, now: string): SagaState {
  switch (event.kind) {
    case 'released':
      return advance(state, ['HELD', 'INTENT'], now, {});
    case 'intended': {
      const { seq, subjectRef } = event;
      return advance(state, ['INTENT', 'FENCE'], now, { intentSeq: seq, subjectRef });
    }
    case 'fenced':
      return advance(state, ['FENCE', 'TOKENS'], now, { fencedAt: event.at });
    case 'tokensDestroyed':
      return advance(state, ['TOKENS', 'QUIESCE'], now, withoutTokens(state, event));
    case 'quiesced': {
      const { at, topicEnds, grantEnd } = event;
      return advance(state, ['QUIESCE', 'BASELINE'], now, { quiescedAt: at, topicEnds, grantEnd });
    }
    case 'baselined':
      return advance(state, ['BASELINE', 'ERASE'], now, {
        stage: 0,
        stores: state.stores.map((store) => ({
          ...store,
          found: Math.max(store.found, event.found.get(store.storeId) ?? 0),
        })),
      });
    case 'shredded':
      return advance(state, ['SHRED', 'VERIFY'], now, withShredded(state, event));
    case 'verified':
      return advance(state, ['VERIFY', 'RECEIPT'], now, {
        stores: state.stores.map((store) => ({
          ...store,
          verifiedAt: event.at.get(store.storeId) ?? null,
          physicalBy: event.physicalBy.get(store.storeId) ?? store.physicalBy,
        })),
      });
    case 'issued': {
      const { seq, receipt, at } = event;
      const facts = { state: 'COMPLETED', receipt, receiptSeq: seq, completedAt: at } as const;
      return advance(state, ['RECEIPT', 'NOTIFY'], now, facts);
    }
    case 'notified':
      return advance(state, ['NOTIFY', 'DONE'], now, { state: 'COMPLETED' });
  }
}

function withoutTokens(
  state: SagaState,
  { at, shared }: Extract<SagaEvent, { kind: 'tokensDestroyed' }>,
): Partial<SagaState> {
  return {
    tokensDestroyedAt: at,
    sharedAuthorization: shared,
    stores: shared
      ? state.stores.filter(({ storeId }) => storeId !== 'vault.tiktok-tokens')
      : withStores(state, ['vault.tiktok-tokens'], () => ({ found: 1, removed: 1, ackedAt: at })),
  };
}

function withShredded(
  state: SagaState,
  event: Extract<SagaEvent, { kind: 'shredded' }>,
): Partial<SagaState> {
  const keys = mergedKeys(state.keys, event.keys);
  return {
    keys,
    shreddedAt: event.at,
    stores: withStores(state, ['vault.sealing-keys'], (store) => ({
      found: Math.max(store.found, keys.length),
      removed: Math.max(store.removed, keys.length),
      ackedAt: event.at,
    })),
  };
}

/** The one thing to do now. */
export function due(state: SagaState, now: string): SagaEffect {
  if (state.phase === 'DONE') {
    return { kind: 'end' };
  }
  if (state.nextAt > now) {
    return { kind: 'wait', until: state.nextAt };
  }
  if (state.phase === 'HELD') {
    return { kind: 'wait', until: later(now, HELD_MS) };
  }
  if (state.phase === 'ERASE') {
    return dueErasure(state, now);
  }
  if (state.phase === 'VERIFY') {
    const from = verifiableFrom(state);
    return from > now ? { kind: 'wait', until: from } : { kind: 'verify' };
  }
  return { kind: EFFECT_OF_PHASE[state.phase] };
}

const EFFECT_OF_PHASE = {
  INTENT: 'intend',
  FENCE: 'fence',
  TOKENS: 'destroyTokens',
  QUIESCE: 'quiesce',
  BASELINE: 'baseline',
  SHRED: 'shred',
  RECEIPT: 'issue',
  NOTIFY: 'notify',
} as const;

/** No zero that is younger than this proves anything: late writes may still land. */
function verifiableFrom(state: SagaState): string {
  const acks = state.stores.flatMap(({ ackedAt }) => (ackedAt === null ? [] : [ackedAt]));
  const last = [...acks, state.shreddedAt ?? state.receivedAt].sort().at(-1) ?? state.receivedAt;
  return later(last, SETTLE_MS);
}

function dueErasure(state: SagaState, now: string): SagaEffect {
  const open = openStoresOf(state);
  const toAsk = open.filter(
    ({ commandedAt }) => commandedAt === null || later(commandedAt, COMMAND_AGAIN_MS) <= now,
  );
  if (toAsk.length > 0) {
    return { kind: 'command', storeIds: toAsk.map(({ storeId }) => storeId) };
  }
  const askedAt = open.flatMap(({ commandedAt }) => (commandedAt === null ? [] : [commandedAt]));
  return { kind: 'wait', until: later(askedAt.sort()[0] ?? now, COMMAND_AGAIN_MS) };
}

function openStoresOf(state: SagaState): StoreProgress[] {
  const stage = eraseStages()[state.stage] ?? [];
  return state.stores.filter(({ storeId, ackedAt }) => stage.includes(storeId) && ackedAt === null);
}

/** The first stage from here on that still has an unanswered store; past the end when none has. */
function nextStage(state: SagaState): number {
  const stages = eraseStages();
  let stage = state.stage;
  while (stage < stages.length && openStoresOf({ ...state, stage }).length === 0) {
    stage += 1;
  }
  return stage;
}

function withEvidence(
  state: SagaState,
  reported: readonly StoreEvidence[],
  now: string,
): SagaState {
  const byStore = new Map(reported.map((evidence) => [evidence.storeId, evidence]));
  const stores = state.stores.map((store) => merged(store, byStore.get(store.storeId)));
  const next = { ...state, stores };
  if (state.phase !== 'ERASE') {
    return next;
  }
  const unsupported = reported.some(
    ({ isUnsupported, doneAttempt }) => isUnsupported && doneAttempt === 0,
  );
  if (unsupported) {
    return { ...next, state: 'ATTENTION', attention: 'store.unsupported' };
  }
  const stage = nextStage(next);
  return stage < eraseStages().length
    ? { ...next, stage, ...(stage > state.stage ? CALM : {}) }
    : advance(next, ['ERASE', 'SHRED'], now, { stage });
}

function merged(store: StoreProgress, evidence: StoreEvidence | undefined): StoreProgress {
  if (evidence === undefined) {
    return store;
  }
  // An answer to an older attempt adds its counts, but only the newest one ends the erasure.
  const isAnswered = store.ackedAt === null && evidence.doneAttempt >= store.attempt;
  return {
    ...store,
    found: Math.max(store.found, evidence.found),
    removed: Math.max(store.removed, evidence.removed),
    physicalBy: latest(store.physicalBy, evidence.physicalBy),
    ackedAt: isAnswered ? evidence.doneAt : store.ackedAt,
  };
}

const CALM = { state: 'EXECUTING', attention: null, failures: 0 } as const;

/** One step from exactly that phase; an event of another phase is a repeat and changes nothing. */
function advance(
  state: SagaState,
  [from, to]: readonly [SagaPhase, SagaPhase],
  now: string,
  change: Partial<SagaState>,
): SagaState {
  return state.phase === from ? { ...state, ...CALM, nextAt: now, ...change, phase: to } : state;
}

/** A key is destroyed once: a later look finds it gone and must not lose when that was. */
function mergedKeys(before: readonly ShreddedKey[], now: readonly ShreddedKey[]): ShreddedKey[] {
  const known = new Set(before.map(({ kidRef }) => kidRef));
  return [...before, ...now.filter(({ kidRef }) => !known.has(kidRef))];
}

function held(
  state: SagaState,
  { code, isUrgent }: { readonly code: string; readonly isUrgent: boolean },
  now: string,
): SagaState {
  if (state.phase === 'DONE') {
    return state;
  }
  const failures = state.failures + 1;
  const pause = BACKOFF_MS[Math.min(failures, BACKOFF_MS.length) - 1] ?? 0;
  // A receipt that is out stays out: a mail that waits does not make the request unfinished.
  const isShown = state.phase !== 'NOTIFY' && (isUrgent || failures >= ATTENTION_AFTER);
  return {
    ...state,
    failures,
    nextAt: later(now, pause),
    ...(isShown ? { state: 'ATTENTION', attention: code } : {}),
  };
}

function withStores(
  state: SagaState,
  storeIds: readonly StoreId[],
  change: (store: StoreProgress) => Partial<StoreProgress>,
): StoreProgress[] {
  return state.stores.map((store) =>
    storeIds.includes(store.storeId) ? { ...store, ...change(store) } : store,
  );
}

function latest(one: string | null, other: string | null): string | null {
  return one === null || (other !== null && other > one) ? other : one;
}
