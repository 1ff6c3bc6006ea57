import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadAsDemo, RETAIL } from './support/demo-merchant.ts';
import { differences, wholeSpan } from './support/exactness.ts';
import { readExpected } from './support/expected.ts';
import type { Merchant } from './support/merchant.ts';
import { listOrderIds } from './support/order-ids.ts';
import { ACCEPTANCE_NOW, startSystem } from './support/start-system.ts';
import type { System } from './support/start-system.ts';

const LOAD_MS = 900_000;

describe('a year of real orders', () => {
  const expected = readExpected('year');
  const span = wholeSpan(expected, ACCEPTANCE_NOW);
  let system: System;
  let merchant: Merchant;
  let shopKey: string;

  beforeAll(async () => {
    system = await startSystem({ csv: 'year' });
    const startedAt = performance.now();
    ({ merchant, shopKey } = await loadAsDemo(system, RETAIL, LOAD_MS));
    sayHowFast((performance.now() - startedAt) / 1000, expected.total.orders);
  }, LOAD_MS + 120_000);

  afterAll(async () => {
    await system.stop();
  }, 60_000);

  it('is shown equal to its source in every day, total and product, to the last digit', async () => {
    expect(await differences(merchant, shopKey, expected, span)).toEqual([]);
  }, 120_000);

  it('holds every order once', async () => {
    const ids = await listOrderIds(merchant, shopKey, span);

    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThanOrEqual(expected.total.orders);
  }, 120_000);
});

function sayHowFast(seconds: number, orders: number): void {
  const rate = (orders / seconds).toFixed(0);
  process.stdout.write(
    `the year: ${String(orders)} orders in ${seconds.toFixed(1)} s, ${rate} orders/s\n`,
  );
}
