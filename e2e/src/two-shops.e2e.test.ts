import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addDays } from '@tokometrics/contracts';
import { eventually } from '@tokometrics/testkit';
import { signInAsDemo } from './support/demo-merchant.ts';
import { keptEstimates, trueEstimates } from './support/estimates.ts';
import { differences } from './support/exactness.ts';
import { askOracle } from './support/expected.ts';
import { Merchant } from './support/merchant.ts';
import { paymentsBesideStatements } from './support/payments.ts';
import { startSystem } from './support/start-system.ts';
import type { System } from './support/start-system.ts';
import { keptStock, trueStock } from './support/stock.ts';

/**
 * Two weeks after the clocks went back in New York: the 25-hour day lies in the window. So does the
 * payment of the 15th, whose record says less than its statements do.
 */
const NOW = '2026-11-17T12:00:00Z';
const FROM = '2026-10-15';
/** Beyond the statement of the 18th. */
const A_DAY_LATER = '2026-11-18T12:00:00Z';

describe('one grant that holds a shop in Jakarta and one in New York', () => {
  let system: System;
  let merchant: Merchant;
  let shopKeys: string[] = [];

  beforeAll(async () => {
    system = await startSystem({
      now: NOW,
      envOf: {
        'tiktok-sandbox': { SYNTHETIC_DAYS: '20' },
        connector: {
          ...{ POLL_INTERVAL_MS: '8000', FINANCE_INTERVAL_MS: '3000' },
          ...{ INVENTORY_INTERVAL_MS: '3000', UNSETTLED_INTERVAL_MS: '15000' },
        },
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

  it('keeps every payment as it was paid, to the last digit, and mends none', async () => {
    const shop = (await merchant.shops()).find((one) => one.region === 'US');

    await eventually(
      async () => {
        const payments = await paymentsBesideStatements(system, shop?.shopKey ?? '');
        const odd = payments.filter((row) =>
          [row.amount, row.settled, row.reserve].some((off) => off !== '0'),
        );

        expect(payments.length).toBeGreaterThan(3);
        expect(odd).toEqual([
          {
            id: expect.stringMatching(/20261115$/),
            amount: '-12.34',
            settled: '-12.34',
            reserve: '0',
          },
        ]);
      },
      { timeoutMs: 90_000, everyMs: 1_000 },
    );
  }, 120_000);

  it.each([
    ['id', 'ID'],
    ['us', 'US'],
  ] as const)(
    'knows of every SKU of "%s" how many are on hand and set aside',
    async (key, region) => {
      const shop = (await merchant.shops()).find((one) => one.region === region);

      await eventually(
        async () => {
          const wanted = await trueStock(system.control, key);

          expect(Object.keys(wanted).length).toBeGreaterThan(40);
          expect(Object.values(wanted).some(({ committed }) => committed > 0)).toBe(true);
          expect(await keptStock(system, shop?.shopKey ?? '')).toEqual(wanted);
        },
        { timeoutMs: 90_000, everyMs: 1_000 },
      );
    },
    120_000,
  );

  it('expects of every order what its source does, and no more of one that has settled', async () => {
    const keys = { ID: 'id', US: 'us' } as const;
    const kept = async (): Promise<Record<string, Readonly<Record<string, string>>>> => {
      const shops = await merchant.shops();
      const both = (['ID', 'US'] as const).map(async (region) => {
        const shop = shops.find((one) => one.region === region);
        const wanted = await trueEstimates(system.control, keys[region]);
        const found = await keptEstimates(system, shop?.shopKey ?? '');

        expect(Object.keys(wanted).length).toBeGreaterThan(20);
        expect(found).toEqual(wanted);
        return [region, found] as const;
      });
      return Object.fromEntries(await Promise.all(both));
    };
    const patient = { timeoutMs: 120_000, everyMs: 1_000 };
    const before = await eventually(kept, patient);

    await system.restartAt(A_DAY_LATER);
    await signInAsDemo(system, merchant);
    const after = await eventually(kept, patient);

    for (const region of ['ID', 'US']) {
      const left = Object.keys(before[region] ?? {}).filter((id) => !(id in (after[region] ?? {})));
      expect(left.length).toBeGreaterThan(3);
    }
  }, 400_000);
});
