import { describe, expect, it } from '@jest/globals';
import { perform } from './effects.ts';
import type { EffectDeps } from './effects.ts';
import type { KeptAck } from './evidence.ts';
import type { LedgerRecord } from './ledger-chain.ts';
import { receiptBody } from './receipt.ts';
import { viewOf } from './request-view.ts';
import { decide, evolve } from './saga.ts';
import { aSaga } from './saga.fixture.ts';
import type { SagaState } from './saga-state.ts';

const T0 = Date.parse('2026-11-25T10:00:00.000Z');
const iso = (ms: number): string => new Date(T0 + ms).toISOString();

/** Fenced at T0, its tokens next. */
const aFenced = (endGrant: boolean): SagaState => ({
  ...aSaga({ endGrant }),
  phase: 'TOKENS',
  fencedAt: iso(0),
});

function anAck(change: Partial<KeptAck>): KeptAck {
  return {
    msgId: 'm1',
    storeId: 'service:connector',
    instanceId: 'i1',
    phase: 'FENCE',
    attempt: 1,
    outcome: 'done',
    found: 0,
    removed: 0,
    physicalBy: null,
    evidence: 'e'.repeat(64),
    receivedAt: iso(1),
    ...change,
  };
}

/** Looks at the saga so long after the fence, with these answers. */
function aLook(afterMs: number, acks: readonly KeptAck[]) {
  const destroyed: string[] = [];
  const refuse = () => Promise.reject(new Error('not expected'));
  const deps: EffectDeps = {
    now: () => iso(afterMs),
    append: () => Promise.resolve({ entry: { seq: 1 } } as unknown as LedgerRecord),
    ...{ subjectRef: refuse, writeFence: refuse, repeatFence: refuse, countStores: refuse },
    ...{ sendCommands: refuse, shred: refuse, verify: refuse, notify: refuse },
    isAuthorizationShared: () => false,
    destroyTokens: (_merchantId, authKey) => {
      destroyed.push(authKey);
      return Promise.resolve();
    },
    acks: () => Promise.resolve(acks),
    liveFenceGroups: () => Promise.resolve(['fence-connector-i1']),
    topicEnds: () => Promise.resolve([]),
  };
  return { deps, destroyed };
}

describe('the wish to end the grant at TikTok Shop', () => {
  it.each([
    ['waits for an answer', true, 1_999, [], 'notYet'],
    ['waits for two seconds and no longer', true, 2_000, [], 'tokensDestroyed'],
    ['goes on as soon as it is ended', true, 10, ['ended'], 'tokensDestroyed'],
    ['goes on as soon as it is known to have failed', true, 10, ['unconfirmed'], 'tokensDestroyed'],
    ['is nothing that others wait for', false, 0, [], 'tokensDestroyed'],
  ] as const)('%s', async (_what, endGrant, afterMs, told, expected) => {
    const acks = told.map((grantEnd) => anAck({ grantEnd }));
    const { deps, destroyed } = aLook(afterMs, acks);

    const event = await perform(deps, aFenced(endGrant), { kind: 'destroyTokens' });

    expect(event.kind).toBe(expected);
    expect(destroyed).toHaveLength(expected === 'tokensDestroyed' ? 1 : 0);
  });

  it.each([
    [true, 'ended', 'ended', [{ id: 'tiktok-shop', state: 'grant-ended' }]],
    [true, 'unconfirmed', 'unconfirmed', [{ id: 'tiktok-shop', state: 'grant-unconfirmed' }]],
    [true, undefined, 'unconfirmed', [{ id: 'tiktok-shop', state: 'grant-unconfirmed' }]],
    [false, undefined, null, []],
  ] as const)(
    'wished: %s, told: %s; shown as %s, and so in the receipt',
    async (endGrant, grantEnd, shown, recipients) => {
      const { deps } = aLook(0, [anAck(grantEnd === undefined ? {} : { grantEnd })]);
      const state: SagaState = { ...aFenced(endGrant), phase: 'QUIESCE' };
      expect(viewOf(state).grantEnd).toBe(endGrant ? 'pending' : null);

      const event = await perform(deps, state, { kind: 'quiesce' });
      const after = evolve(state, event, iso(1));

      expect(after.phase).toBe('BASELINE');
      expect(viewOf(after).grantEnd).toBe(shown);
      expect(receiptBody(after, 'a'.repeat(64)).recipients).toEqual(recipients);
    },
  );

  it('is believed of the connector alone', async () => {
    const forged = anAck({ storeId: 'service:analytics', grantEnd: 'ended' });
    const { deps } = aLook(0, [anAck({ msgId: 'm2', grantEnd: 'unconfirmed' }), forged]);
    const state: SagaState = { ...aFenced(true), phase: 'QUIESCE' };

    const event = await perform(deps, state, { kind: 'quiesce' });

    expect(decide(state, event, iso(1)).state.grantEnd).toBe('unconfirmed');
  });
});
