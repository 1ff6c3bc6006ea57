import { describe, expect, it } from '@jest/globals';
import { shop as shopSchema } from '@tokometrics/contracts';
import { outcomeText } from './connect-outcome.tsx';
import { pickShop } from './use-shop.ts';

const none = { shops: [], missing: [], reason: null };

describe('outcomeText', () => {
  it('names what was connected, and what it lacks', () => {
    const shops = [{ shopKey: keyOf(1), name: 'Retail Shop', region: 'GB' }];
    expect(outcomeText({ ...none, state: 'granted', shops })).toBe('Connected: Retail Shop.');
    expect(
      outcomeText({ ...none, state: 'granted', shops, missing: ['finance.data.read'] }),
    ).toContain('without finance.data.read');
    expect(outcomeText({ ...none, state: 'granted', shops, reason: 'zone.needed' })).toMatch(
      /^Connected: Retail Shop\. A shop of another country stayed out/,
    );
  });

  it.each([
    ['denied', 'Nothing was connected'],
    ['expired', 'Begin again'],
    ['pending', 'Waiting'],
  ] as const)('%s says "%s"', (state, text) => {
    expect(outcomeText({ ...none, state })).toContain(text);
  });

  it('gives the reason of a failure where there is one', () => {
    expect(outcomeText({ ...none, state: 'failed', reason: 'shop.already_connected' })).toContain(
      'already connected',
    );
    expect(outcomeText({ ...none, state: 'failed' })).toContain('Begin again');
  });
});

const keyOf = (last: number) => shopAt(last).shopKey;
const shopAt = (last: number, status = 'active') =>
  shopSchema.parse({
    shopKey: `01KAV5Z000000000000000000${last}`,
    epoch: 1,
    label: '',
    name: 'Shop',
    region: 'GB',
    sellerType: '',
    currency: null,
    status,
    timezone: 'Europe/London',
    categories: [],
    connectedAt: '2026-11-23T09:00:00Z',
    authorizationExpiresAt: null,
    sync: { shopKey: `01KAV5Z000000000000000000${last}`, stages: [] },
  });

describe('pickShop', () => {
  it('takes the shop of the address, else the first', () => {
    const shops = [shopAt(1), shopAt(2)];
    expect(pickShop(shops, keyOf(2))?.shopKey).toBe(keyOf(2));
    expect(pickShop(shops, 'another')?.shopKey).toBe(keyOf(1));
  });

  it('has none that is being erased', () => {
    expect(pickShop([shopAt(1, 'disconnecting')], keyOf(1))).toBeUndefined();
  });
});
