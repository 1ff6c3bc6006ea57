import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  overviewReply,
  privacyRequest,
  privacyRequestList,
  receipt as receiptSchema,
} from '@tokometrics/contracts';
import { eventually, repositoryRoot } from '@tokometrics/testkit';
import { z } from 'zod';
import { RETAIL, signInAsDemo } from './support/demo-merchant.ts';
import { differences, wholeSpan } from './support/exactness.ts';
import { readExpected } from './support/expected.ts';
import { Merchant } from './support/merchant.ts';
import { registerMerchant } from './support/register-merchant.ts';
import { ACCEPTANCE_NOW, startSystem } from './support/start-system.ts';
import type { System } from './support/start-system.ts';
import { countLeft } from './support/stores.ts';

const verifier = join(repositoryRoot, 'tools', 'verify-receipt.mjs');

describe('two merchants with the same shop, of whom one leaves', () => {
  const expected = readExpected('week');
  const span = wholeSpan(expected, ACCEPTANCE_NOW);
  let system: System;
  let leaving: Merchant;
  let staying: Merchant;
  let leavingShop: string;
  let stayingShop: string;
  let requestId: string;
  const password = () => system.stack.credentials.demoPassword;

  beforeAll(async () => {
    system = await startSystem();
    leaving = await signInAsDemo(system, new Merchant(system.publicUrl));
    staying = await registerMerchant(system, 'second@merchant.test', 'a long and quiet phrase');
    leavingShop = (await leaving.connect(RETAIL))[0] ?? '';
    stayingShop = (await staying.connect(RETAIL))[0] ?? '';
    await Promise.all([leaving.untilComplete(leavingShop), staying.untilComplete(stayingShop)]);
  }, 300_000);

  afterAll(async () => {
    await system.stop();
  }, 60_000);

  it('never shows one the other, by any route', async () => {
    const routes = [
      `/shops/${stayingShop}`,
      `/shops/${stayingShop}/sync`,
      `/freshness?shop=${stayingShop}`,
      `/metrics/overview?shop=${stayingShop}&range=28d`,
      `/metrics/today?shop=${stayingShop}`,
      `/metrics/products?shop=${stayingShop}&range=28d`,
      `/metrics/proof?shop=${stayingShop}&range=28d&metric=orders`,
      `/orders?shop=${stayingShop}`,
      `/orders/576352000000536365?shop=${stayingShop}`,
    ];
    const answers = await Promise.all(routes.map((path) => leaving.call('GET', path)));

    expect(answers.map(({ status }, index) => [routes[index], status])).toEqual(
      routes.map((path) => [path, 404]),
    );
    expect((await leaving.call('DELETE', `/shops/${stayingShop}/connection`)).status).toBe(404);
  });

  it('destroys the tokens before it answers and hides the shop at once', async () => {
    await leaving.reauthenticate(password());
    const before = await countLeft(system, leavingShop);
    const answer = await leaving.disconnect(leavingShop);
    requestId = answer.requestId;

    expect(before.length).toBeGreaterThan(8);
    for (const table of ['payments', 'inventory_snapshots', 'unsettled', 'sweeps', 'sku_prices']) {
      expect(before.join()).toContain(`clickhouse.${table}: `);
    }
    expect((await leaving.shops()).map(({ status }) => status)).toEqual(['disconnecting']);
    const overview = await leaving.call('GET', `/metrics/overview?shop=${leavingShop}&range=28d`);
    expect(overview.status).toBe(404);
  });

  it('ends in a receipt that anyone can verify offline', async () => {
    const done = await eventually(
      async () => {
        const request = await leaving.get(`/privacy/requests/${requestId}`, privacyRequest);
        if (request.state !== 'COMPLETED' || !request.receiptReady) {
          throw new Error(`${request.state} ${request.attention ?? ''}`);
        }
        return request;
      },
      { timeoutMs: 120_000, everyMs: 500 },
    );
    const { body } = await leaving.call('GET', `/privacy/requests/${requestId}/receipt`);
    const text = typeof body === 'string' ? body : canonical(body);
    const keys = await leaving.get('/privacy/keys', z.unknown());
    const files = {
      receipt: join(system.dir, 'receipt.json'),
      keys: join(system.dir, 'jwks.json'),
    };
    writeFileSync(files.receipt, text);
    writeFileSync(files.keys, JSON.stringify(keys));

    expect(done.phases.every(({ phase }) => phase === 'verified')).toBe(true);
    const { stores } = receiptSchema.parse(JSON.parse(text));
    expect(stores.length).toBeGreaterThan(10);
    for (const table of ['inventory_snapshots', 'unsettled', 'sweeps', 'sku_prices']) {
      const inTable = { storeId: `clickhouse.${table}`, state: 'zero' };
      expect(stores).toContainEqual(expect.objectContaining(inTable));
    }
    expect(verify(files)).toBe(0);

    writeFileSync(files.receipt, text.replace('"found":', '"found":1'));
    expect(verify(files)).not.toBe(0);
  }, 150_000);

  it('leaves nothing of the one in any store, by queries of its own', async () => {
    expect(await countLeft(system, leavingShop)).toEqual([]);
    expect(await leaving.shops()).toEqual([]);
  });

  it('leaves the other untouched, to the last digit', async () => {
    expect(await differences(staying, stayingShop, expected, span)).toEqual([]);
  });

  it('starts a new epoch when the shop comes back, with full data', async () => {
    await leaving.reauthenticate(password());
    const [again = ''] = await leaving.connect(RETAIL);
    await leaving.untilComplete(again);
    const [shop] = await leaving.shops();

    expect(shop?.epoch).toBeGreaterThan(1);
    expect(await differences(leaving, again, expected, span)).toEqual([]);
    await leaving.get(`/metrics/overview?shop=${again}&range=28d`, overviewReply);
  }, 180_000);

  it('ends in the same way for both when the seller withdraws at TikTok Shop', async () => {
    const both = [leaving, staying];
    const shops = await Promise.all(both.map(async (merchant) => (await merchant.shops())[0]));
    await system.control.post('/shops/retail/revoke', { webhook: 'sent' });

    for (const [at, merchant] of both.entries()) {
      const request = await eventually(
        async () => {
          const { items } = await merchant.get('/privacy/requests', privacyRequestList);
          const [newest] = items;
          expect(newest).toMatchObject({ trigger: 'deauthorization', state: 'COMPLETED' });
          return newest;
        },
        { timeoutMs: 180_000, everyMs: 500 },
      );
      expect(request?.shopKey).toBe(shops[at]?.shopKey);
      expect(request?.receiptReady).toBe(true);
      expect(await merchant.shops()).toEqual([]);
      expect(await countLeft(system, shops[at]?.shopKey ?? '')).toEqual([]);
    }
    const mails = await (await fetch(`${system.mailboxUrl}/mails.json`)).text();
    expect(mails.match(/Access to a shop was ended at TikTok Shop/g)).toHaveLength(2);
  }, 240_000);
});

function verify(files: { readonly receipt: string; readonly keys: string }): number {
  try {
    execFileSync(process.execPath, [verifier, files.receipt, '--keys', files.keys], {
      stdio: 'pipe',
    });
    return 0;
  } catch {
    return 1;
  }
}

/** The file as served is canonical; what was parsed on the way is written back the same. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map((item) => canonical(item)).join(',')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`);
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value);
}
