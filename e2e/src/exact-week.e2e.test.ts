import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { differences, wholeSpan } from './support/exactness.ts';
import { readExpected } from './support/expected.ts';
import { Merchant } from './support/merchant.ts';
import { ACCEPTANCE_NOW, startSystem } from './support/start-system.ts';
import type { System } from './support/start-system.ts';

describe('a week of real orders', () => {
  const expected = readExpected('week');
  let system: System;
  let merchant: Merchant;
  let shopKey: string;

  beforeAll(async () => {
    system = await startSystem();
    merchant = new Merchant(system.publicUrl);
    await merchant.signIn({
      email: system.stack.credentials.demoEmail,
      password: system.stack.credentials.demoPassword,
    });
    const [connected = ''] = await merchant.connect({
      seller: 'retail',
      region: 'GB',
      timezone: 'Europe/London',
    });
    shopKey = connected;
    await merchant.untilComplete(shopKey);
  }, 240_000);

  afterAll(async () => {
    await system.stop();
  }, 60_000);

  it('is shown equal to its source in every day, total and product, to the last digit', async () => {
    const span = wholeSpan(expected, ACCEPTANCE_NOW);

    expect(await differences(merchant, shopKey, expected, span)).toEqual([]);
  });
});
