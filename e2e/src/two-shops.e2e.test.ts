import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addDays } from '@tokometrics/contracts';
import { eventually } from '@tokometrics/testkit';
import { signInAsDemo } from './support/demo-merchant.ts';
import { differences } from './support/exactness.ts';
import { askOracle } from './support/expected.ts';
import { Merchant } from './support/merchant.ts';
import { startSystem } from './support/start-system.ts';
import type { System } from './support/start-system.ts';

/** Two days after the clocks went back in New York: the 25-hour day lies in the window. */
const NOW = '2026-11-03T12:00:00Z';
const FROM = '2026-10-15';

describe('one grant that holds a shop in Jakarta and one in New York', () => {
  let system: System;
  let merchant: Merchant;
  let shopKeys: string[] = [];

  beforeAll(async () => {
    system = await startSystem({
      now: NOW,
      envOf: {
        'tiktok-sandbox': { SYNTHETIC_DAYS: '16' },
        connector: { POLL_INTERVAL_MS: '8000', FINANCE_INTERVAL_MS: '3000' },
      },
    });
    merchant = await signInAsDemo(system, new Merchant(system.publicUrl));
    shopKeys = await merchant.connect({
      seller: 'synthetic',
      region: 'US',
      timezone: 'America/New_York',
    });
    for (const shopKey of shopKeys) {
      await merchant.untilComplete(shopKey);
    }
  }, 300_000);

  afterAll(async () => {
    await system.stop();
  }, 60_000);

  it.each([
    ['id', 'ID', 'Asia/Jakarta'],
    ['us', 'US', 'America/New_York'],
  ] as const)(
    'shows "%s" as its source has it, in its own days and currency',
    async (key, region, zone) => {
      const shops = await merchant.shops();
      const shop = shops.find((one) => one.region === region);
      const span = { from: FROM, to: addDays(NOW.slice(0, 10), 1) };

      expect(shopKeys).toHaveLength(2);
      expect(shop?.timezone).toBe(zone);
      await eventually(
        async () => {
          const oracle = await askOracle(system.control, key);
          expect(await differences(merchant, shop?.shopKey ?? '', oracle, span)).toEqual([]);
        },
        { timeoutMs: 90_000, everyMs: 1_000 },
      );
    },
    120_000,
  );
});
