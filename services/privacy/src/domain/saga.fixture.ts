import { plannedStores } from './plan.ts';
import { startSaga } from './saga-state.ts';
import type { SagaStart, SagaState } from './saga-state.ts';

/** A request as a merchant opens it; ids and instants are the same at every call. */
export function aSaga(change: Partial<SagaStart> = {}): SagaState {
  return startSaga({
    requestId: '01JD00000000000000000000R1',
    merchantId: '01JD000000000000000000000M',
    accountId: '01JD000000000000000000000A',
    shopKey: '01JD0000000000000000000001',
    throughEpoch: 1,
    authKey: '01JD000000000000000000000K',
    trigger: 'self_service',
    supersedesSeq: null,
    receivedAt: '2026-11-25T10:00:00.000Z',
    dueAt: '2026-12-25T10:00:00.000Z',
    stores: plannedStores(),
    ...change,
  });
}
