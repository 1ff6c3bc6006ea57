import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadAsDemo } from './support/demo-merchant.ts';
import { differences, wholeSpan } from './support/exactness.ts';
import { readExpected } from './support/expected.ts';
import type { Merchant } from './support/merchant.ts';
import { ACCEPTANCE_NOW, startSystem } from './support/start-system.ts';
import type { System } from './support/start-system.ts';

describe('a week of real orders', () => {
  const expected = readExpected('week');
  let system: System;
  let merchant: Merchant;
  let shopKey: string;

  beforeAll(async () => {
    system = await startSystem();
    ({ merchant, shopKey } = await loadAsDemo(system));
  }, 240_000);

  afterAll(async () => {
    await system.stop();
  }, 60_000);

  it('is shown equal to its source in every day, total and product, to the last digit', async () => {
    const span = wholeSpan(expected, ACCEPTANCE_NOW);

    expect(await differences(merchant, shopKey, expected, span)).toEqual([]);
  });
});
