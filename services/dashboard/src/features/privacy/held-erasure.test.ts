import { privacyRequest, shop as shopSchema } from '@tokometrics/contracts';
import { describe, expect, it } from '@jest/globals';
import { mayDisconnect } from './held-erasure.ts';

const KEY = '01KAV5Z0000000000000000001';
const aShop = (status: string, shopKey = KEY) =>
  shopSchema.parse({
    ...{ shopKey, epoch: 1, label: '', name: 'Retail Shop', region: 'GB', sellerType: 'LOCAL' },
    ...{ currency: 'GBP', status, timezone: 'Europe/London', categories: [] },
    ...{ connectedAt: '2026-11-23T09:00:00Z', authorizationExpiresAt: null },
    sync: { shopKey, stages: [] },
  });
const aRequest = (state: string, attention: string | null) =>
  privacyRequest.parse({
    ...{ requestId: '01KAV5Z00000000000000000R1', right: 'deletion', trigger: 'deauthorization' },
    ...{ shopKey: KEY, state, attention, receivedAt: '2026-11-23T12:00:00Z' },
    ...{ dueAt: '2026-12-23T12:00:00Z', tokensDestroyedAt: null, completedAt: null },
    ...{ phases: [], receiptReady: false },
  });

describe('mayDisconnect', () => {
  it('holds for a shop that is open, and for one whose erasure waits for a word', () => {
    expect(mayDisconnect(aShop('active'), [])).toBe(true);
    expect(mayDisconnect(aShop('disconnecting'), [aRequest('ATTENTION', 'erasure.suspect')])).toBe(
      true,
    );
  });

  it('holds for no shop that is being erased already, nor for another one', () => {
    const held = aRequest('ATTENTION', 'erasure.suspect');

    expect(mayDisconnect(aShop('disconnecting'), [])).toBe(false);
    expect(mayDisconnect(aShop('disconnecting'), [aRequest('EXECUTING', null)])).toBe(false);
    expect(mayDisconnect(aShop('disconnecting'), [aRequest('ATTENTION', 'verify.predicate')])).toBe(
      false,
    );
    expect(mayDisconnect(aShop('disconnecting', '01KAV5Z0000000000000000002'), [held])).toBe(false);
  });
});
