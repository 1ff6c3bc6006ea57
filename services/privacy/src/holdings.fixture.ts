import { expect } from '@jest/globals';
import { eventually } from '@tokometrics/testkit';
import { call } from './erasure.fixture.ts';
import type { Connected } from './erasure.fixture.ts';

/** Waits until the privacy service has heard of the connection. */
export async function known(shop: Connected): Promise<void> {
  await eventually(async () => {
    const answer = await call(shop, '/v1/privacy/holdings');
    expect(JSON.stringify(await answer.json())).toContain(shop.shopKey);
  });
}
