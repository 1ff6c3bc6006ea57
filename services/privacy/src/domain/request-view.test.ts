import { describe, expect, it } from '@jest/globals';
import { storeEntry } from '@tokometrics/contracts';
import type { StoreId } from '@tokometrics/contracts';
import { viewOf } from './request-view.ts';
import { aSaga } from './saga.fixture.ts';
import type { SagaState } from './saga-state.ts';

const AT = '2026-11-25T10:00:00.000Z';

function aState(change: Partial<SagaState>): SagaState {
  const state = aSaga({ receivedAt: AT, dueAt: AT });
  const emptied = state.stores.map((store) => ({
    ...store,
    commandedAt: AT,
    ackedAt: AT,
    verifiedAt: storeEntry(store.storeId).erase === 'fence-and-expire' ? null : AT,
  }));
  return { ...state, fencedAt: AT, stores: emptied, ...change };
}

const phasesOf = (state: SagaState): string[] => [
  ...new Set(viewOf(state).phases.map(({ phase }) => phase)),
];

describe('viewOf', () => {
  it('shows every store as verified from the receipt on, while the mail about it still waits', () => {
    const out = { state: 'COMPLETED', receipt: '{}', completedAt: AT } as const;

    expect(phasesOf(aState({ ...out, phase: 'NOTIFY' }))).toEqual(['verified']);
    expect(phasesOf(aState({ ...out, phase: 'DONE' }))).toEqual(['verified']);
  });

  it('shows no topic as verified before there is a receipt', () => {
    const topics = viewOf(aState({ phase: 'VERIFY' })).phases.filter(
      ({ storeId }) => storeEntry(storeId as StoreId).erase === 'fence-and-expire',
    );

    expect(topics.length).toBeGreaterThan(0);
    expect(topics.every(({ phase }) => phase !== 'verified')).toBe(true);
  });
});
