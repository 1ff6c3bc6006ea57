import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { storeEntry } from '@tokometrics/contracts';
import type { LedgerEntry, StoreId } from '@tokometrics/contracts';
import { AppError, canonicalJson } from '@tokometrics/kit';
import fc from 'fast-check';
import { answerDue } from './clocks.ts';
import { perform } from './effects.ts';
import type { EffectDeps, LedgerDraft } from './effects.ts';
import { evidenceOf } from './evidence.ts';
import type { KeptAck } from './evidence.ts';
import { createChainCheck, entryHashOf, GENESIS, signingKeyOf } from './ledger-chain.ts';
import type { LedgerRecord } from './ledger-chain.ts';
import { eraseStages, plannedStores } from './plan.ts';
import { decide, due, evolve, SETTLE_MS } from './saga.ts';
import { startSaga } from './saga-state.ts';
import type { SagaState } from './saga-state.ts';

const SHOP = '01JD0000000000000000000001';
const REQUEST = '01JD00000000000000000000R1';
const T0 = Date.parse('2026-11-25T10:00:00.000Z');
const TOOL = new URL('../../../../tools/verify-receipt.mjs', import.meta.url).href;

interface Tool {
  verifyReceipt(receipt: Uint8Array, jwks: Uint8Array): { valid: boolean; reason?: string };
}
const { verifyReceipt } = (await import(TOOL)) as Tool;

function aStart(): SagaState {
  return startSaga({
    requestId: REQUEST,
    merchantId: '01JD000000000000000000000M',
    accountId: '01JD000000000000000000000A',
    shopKey: SHOP,
    throughEpoch: 2,
    authKey: '01JD000000000000000000000K',
    trigger: 'self_service',
    supersedesSeq: null,
    receivedAt: new Date(T0).toISOString(),
    dueAt: answerDue(new Date(T0)).toISOString(),
    stores: plannedStores(),
  });
}

/** A signer and a chain in memory: the same rules as the ledger in MongoDB. */
function createMemoryLedger(now: () => string) {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  const key = signingKeyOf(raw);
  const records: LedgerRecord[] = [];
  const identity = (fact: LedgerDraft | LedgerEntry): string =>
    canonicalJson([fact.requestId, fact.type, fact.storeId ?? null, fact.evidence]);
  const append = (draft: LedgerDraft): Promise<LedgerRecord> => {
    const same = records.find(({ entry }) => identity(entry) === identity(draft));
    if (same !== undefined) {
      return Promise.resolve(same);
    }
    const last = records.at(-1);
    const entry = JSON.parse(
      JSON.stringify({
        ...draft,
        seq: records.length,
        ts: now(),
        actorRef: 'service:privacy',
        prevHash: last?.entryHash ?? GENESIS,
      }),
    ) as LedgerEntry;
    const entryHash = entryHashOf(entry);
    const signature = sign(null, Buffer.from(entryHash, 'hex'), privateKey).toString('base64');
    const record = { entry, entryHash, signature, kid: key.kid };
    records.push(record);
    return Promise.resolve(record);
  };
  return { append, records, jwks: Buffer.from(JSON.stringify({ keys: [key] })), key };
}

/** Stores, services and Vault as an erasure meets them; each step may fail before or after its effect. */
function createWorld(faults: readonly number[]) {
  let nowMs = T0;
  let fault = 0;
  const now = (): string => new Date(nowMs).toISOString();
  const ledger = createMemoryLedger(now);
  const rows = new Map<StoreId, number>(
    plannedStores()
      .filter((id) => storeEntry(id).verify === 'count')
      .map((id, index) => [id, (index % 3) * 100]),
  );
  const late = new Map<StoreId, number>([['ingestion.raw_events', 3]]);
  const acks: KeptAck[] = [];
  let keys = ['k-01JD0000000000000000000001-1', 'k-01JD0000000000000000000001-2'];
  const shredded: string[] = [];
  let isToken = true;
  let sent = 0;

  // 0: works, 1: fails before, 2: takes effect and fails afterwards.
  const faulty = <A extends readonly unknown[], R>(effect: (...args: A) => R) => {
    return (...args: A): Promise<R> => {
      nowMs += 20;
      const mode = faults[fault++] ?? 0;
      const down = new AppError('upstream.unavailable', 'does not answer');
      if (mode === 1) {
        return Promise.reject(down);
      }
      const result = effect(...args);
      return mode === 2 ? Promise.reject(down) : Promise.resolve(result);
    };
  };

  const answer = (state: SagaState, storeId: StoreId): void => {
    const found = rows.get(storeId) ?? 0;
    rows.set(storeId, 0);
    const attempt = state.stores.find((store) => store.storeId === storeId)?.attempt ?? 1;
    sent += 1;
    const ack: KeptAck = {
      msgId: `m${String(sent)}`,
      storeId,
      instanceId: 'one',
      phase: 'ERASE',
      attempt,
      outcome: 'done',
      found,
      removed: found,
      physicalBy: null,
      evidence: 'e'.repeat(64),
      receivedAt: now(),
    };
    // Twice, and the newest first: the topic promises neither order nor once.
    acks.unshift(ack, ack);
  };

  const deps: EffectDeps = {
    now,
    append: (draft) => ledger.append(draft),
    subjectRef: faulty(() => 'a'.repeat(64)),
    writeFence: faulty(() => undefined),
    repeatFence: faulty(() => undefined),
    isAuthorizationShared: () => false,
    destroyTokens: faulty(() => {
      isToken = false;
    }),
    acks: () => Promise.resolve([...acks, { ...fenceAck, receivedAt: now() }]),
    liveFenceGroups: faulty(() => ['fence-connector-i1']),
    topicEnds: faulty(() => [{ topic: 'tm.raw.order.v1', ends: ['7'] }]),
    countStores: faulty(() => new Map(rows)),
    sendCommands: faulty((state: SagaState, storeIds: readonly StoreId[]) => {
      storeIds.forEach((storeId) => {
        answer(state, storeId);
      });
    }),
    shred: faulty(() => {
      shredded.push(...keys);
      keys = [];
      return shredded.map((kidRef) => ({ kidRef, shreddedAt: now() }));
    }),
    verify: faulty(() => {
      // A write that was frozen on its way lands once, after the first erasure.
      late.forEach((count, storeId) => rows.set(storeId, count));
      late.clear();
      return {
        remaining: [...rows].filter(([, count]) => count > 0).map(([storeId]) => storeId),
        inconclusive: null,
        hasLateRecords: false,
        physicalBy: new Map([['kafka.fact' as const, '2026-11-29T00:00:00.000Z']]),
      };
    }),
    notify: faulty(() => undefined),
  };
  return {
    deps,
    now,
    ledger,
    rows,
    isTokenThere: () => isToken,
    keysLeft: () => keys,
    advanceTo: (instant: string) => {
      nowMs = Math.max(nowMs + 1, Date.parse(instant));
    },
  };
}

const fenceAck = {
  msgId: 'f1',
  storeId: 'service:connector',
  instanceId: 'i1',
  phase: 'FENCE',
  attempt: 1,
  outcome: 'done',
  found: 0,
  removed: 0,
  physicalBy: null,
  evidence: 'e'.repeat(64),
} as const;

/** Drives to the end; `crash` says after which steps the state is lost before it was kept. */
async function drive(world: ReturnType<typeof createWorld>, crashes: readonly boolean[]) {
  let state = aStart();
  const seen: SagaState[] = [];
  for (let step = 0; step < 2_000 && state.phase !== 'DONE'; step += 1) {
    const evidence = evidenceOf(await world.deps.acks(REQUEST));
    const informed = evolve(state, { kind: 'evidence', stores: evidence }, world.now());
    const effect = due(informed, world.now());
    if (effect.kind === 'wait') {
      world.advanceTo(effect.until);
      state = informed;
    } else {
      const event = await perform(world.deps, informed, effect);
      const isLost = step < 200 && crashes[step % Math.max(1, crashes.length)] === true;
      state = isLost ? state : decide(informed, event, world.now()).state;
    }
    seen.push(state);
  }
  return { state, seen };
}

const anyFaults = fc.array(fc.constantFrom(0, 0, 0, 1, 2), { minLength: 1, maxLength: 60 });
const anyCrashes = fc.array(fc.constantFrom(false, false, true), { minLength: 3, maxLength: 30 });

describe('the erasure saga', () => {
  it('converges to the same end under failures, crashes, duplicates and reordering', async () => {
    await fc.assert(
      fc.asyncProperty(anyFaults, anyCrashes, async (faults, crashes) => {
        const world = createWorld(faults);

        const { state } = await drive(world, [...crashes, false]);

        expect(state.phase).toBe('DONE');
        expect([...world.rows.values()].every((count) => count === 0)).toBe(true);
        expect(world.isTokenThere()).toBe(false);
        expect(world.keysLeft()).toEqual([]);
        const receipt = Buffer.from(state.receipt ?? '');
        expect(verifyReceipt(receipt, world.ledger.jwks)).toMatchObject({ valid: true });
        const check = createChainCheck([world.ledger.key]);
        world.ledger.records.forEach(check.add);
        expect(check.result().fault).toBeNull();
      }),
      { numRuns: 60 },
    );
  }, 120_000);

  it('never lets evidence fall and never loses a fence', async () => {
    await fc.assert(
      fc.asyncProperty(anyFaults, async (faults) => {
        const { seen } = await drive(createWorld(faults), []);

        const falls = seen.filter((state, index) => {
          const before = seen[index - 1] ?? state;
          const isLess = state.stores.some((store) => {
            const same = before.stores.find(({ storeId }) => storeId === store.storeId);
            return store.found < (same?.found ?? 0) || store.removed < (same?.removed ?? 0);
          });
          return isLess || (before.fencedAt !== null && state.fencedAt === null);
        });
        expect(falls).toEqual([]);
      }),
      { numRuns: 40 },
    );
  }, 120_000);

  it('names in the ledger the intent before the fence, and the fence before every destruction', async () => {
    const world = createWorld([0]);

    await drive(world, []);

    const order = world.ledger.records.map(({ entry }) => entry.type);
    const first = (type: string): number => order.indexOf(type);
    expect(first('erase.intent')).toBe(0);
    expect(first('fence.written')).toBe(1);
    expect(first('tokens.destroyed')).toBeGreaterThan(first('fence.written'));
    expect(first('store.erased')).toBeGreaterThan(first('tokens.destroyed'));
    expect(first('key.shredded')).toBeGreaterThan(first('store.erased'));
    expect(first('verify.zero')).toBeGreaterThan(first('key.shredded'));
    expect(order.at(-1)).toBe('receipt.issued');
  });

  it('asks the owners stage by stage, sums after the rows they are made of', () => {
    const stages = eraseStages();
    const at = (storeId: StoreId): number => stages.findIndex((stage) => stage.includes(storeId));

    expect(at('connector.connections')).toBeLessThan(at('ingestion.raw_events'));
    expect(at('ingestion.raw_events')).toBeLessThan(at('clickhouse.orders'));
    expect(at('clickhouse.orders')).toBeLessThan(at('clickhouse.shop_daily'));
  });

  it('erases a store again when rows remain, and takes no old answer for it', () => {
    const verifying = atPhase('VERIFY');
    const remaining = ['clickhouse.orders'] as const;

    const again = evolve(verifying, { kind: 'rowsRemain', storeIds: remaining }, iso(60_000));
    const informed = evolve(
      again,
      { kind: 'evidence', stores: [doneEvidence('clickhouse.orders', 1)] },
      iso(61_000),
    );
    const answered = evolve(
      informed,
      { kind: 'evidence', stores: [doneEvidence('clickhouse.orders', 2)] },
      iso(62_000),
    );

    expect(again.phase).toBe('ERASE');
    expect(informed.phase).toBe('ERASE');
    expect(answered.phase).toBe('SHRED');
  });

  it('does not look before writes that were on their way have landed or died', () => {
    const verifying = atPhase('VERIFY');

    const early = due(verifying, iso(1_000));

    expect(early).toEqual({ kind: 'wait', until: iso(SETTLE_MS) });
    expect(due(verifying, iso(SETTLE_MS))).toEqual({ kind: 'verify' });
  });

  it('shows a failure that lasts, and forgets it after the next step', () => {
    let state = atPhase('TOKENS');
    for (let tries = 0; tries < 5; tries += 1) {
      state = evolve(
        state,
        { kind: 'held', code: 'upstream.unavailable', isUrgent: false },
        iso(0),
      );
    }

    const after = evolve(state, { kind: 'tokensDestroyed', at: iso(5), shared: false }, iso(5));

    expect(state).toMatchObject({ state: 'ATTENTION', attention: 'upstream.unavailable' });
    expect(after).toMatchObject({ state: 'EXECUTING', attention: null, failures: 0 });
  });

  it('stops at a store whose owner cannot erase it', () => {
    const erasing = atPhase('ERASE');
    const unsupported = { ...doneEvidence('clickhouse.orders', 0), isUnsupported: true };

    const state = evolve(erasing, { kind: 'evidence', stores: [unsupported] }, iso(0));

    expect(state).toMatchObject({
      phase: 'ERASE',
      state: 'ATTENTION',
      attention: 'store.unsupported',
    });
  });
});

function iso(afterMs: number): string {
  return new Date(T0 + afterMs).toISOString();
}

function atPhase(phase: SagaState['phase']): SagaState {
  const start = aStart();
  return {
    ...start,
    phase,
    shreddedAt: iso(0),
    quiescedAt: iso(0),
    stores: start.stores.map((store) => ({ ...store, ackedAt: phase === 'ERASE' ? null : iso(0) })),
  };
}

function doneEvidence(storeId: StoreId, doneAttempt: number) {
  return {
    storeId,
    found: 5,
    removed: 5,
    doneAttempt,
    doneAt: iso(100),
    physicalBy: null,
    isUnsupported: false,
  };
}
