import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { holdings } from '@tokometrics/contracts';
import { createSealer, KeyShredded, parseSealed } from '@tokometrics/erasure';
import { createClock, vaultPath } from '@tokometrics/kit';
import type { Vault } from '@tokometrics/kit';
import { eventually } from '@tokometrics/testkit';
import {
  admin,
  askDpo,
  call,
  checkReceipt,
  completed,
  connectShop,
  countedStores,
  countIn,
  disconnect,
  fences,
  OWNERS,
  privacyMongo,
  startWorld,
  stopWorld,
  vaultProxy,
  vaults,
} from './erasure.fixture.ts';
import type { Connected } from './erasure.fixture.ts';
import { known } from './holdings.fixture.ts';
import { ledgerFacts } from './ledger.fixture.ts';

beforeAll(startWorld, 180_000);
afterAll(stopWorld, 60_000);

const tokensOf = ({ merchantId, authKey }: Connected): Promise<boolean> | undefined =>
  vaults.connector?.kv.exists(vaultPath('tiktok', merchantId, authKey));

/** Every sealed body of the shop that Kafka still holds. */
async function sealedInKafka(shopKey: string) {
  const bodies: NonNullable<ReturnType<typeof parseSealed>>[] = [];
  await admin.readTopic('tm.raw.order.v1', ({ value, headers }) => {
    const body = headers['tm_shopkey'] === shopKey ? parseSealed(value) : undefined;
    bodies.push(...(body === undefined ? [] : [body]));
  });
  return bodies;
}

describe('disconnecting a shop', () => {
  it('destroys tokens and stops every instance before it answers, and proves the rest afterwards', async () => {
    const shop = await connectShop();
    const bystander = await connectShop();
    await known(shop);
    const held = (await (await call(shop, '/v1/privacy/holdings')).json()) as {
      items: { storeId: string; shopKey: string | null; records: number }[];
      tokens: { state: string }[];
    };

    const stale = await disconnect(shop, false);
    const foreign = await disconnect({ ...shop, merchantId: bystander.merchantId });
    const answer = await disconnect(shop);
    const reply = (await answer.json()) as { requestId: string };
    const isTokenThere = await tokensOf(shop);
    const isFenced = OWNERS.map((owner) => fences[owner]?.isFenced(shop.shopKey, 1));
    const repeated = (await (await disconnect(shop)).json()) as { requestId: string };
    const early = await call(shop, `/v1/privacy/requests/${reply.requestId}/receipt`);
    const finished = await completed(shop);

    expect(held.tokens).toMatchObject([{ state: 'held' }]);
    const used = held.items.filter(({ storeId }) => storeId === 'clickhouse.usage_pages');
    expect(used).toMatchObject([{ shopKey: null, records: 1 }]);
    expect(held.items.filter(({ shopKey }) => shopKey !== null).every((i) => i.records === 1)).toBe(
      true,
    );
    expect([stale.status, foreign.status, answer.status, early.status]).toEqual([
      403, 404, 202, 409,
    ]);
    expect(isTokenThere).toBe(false);
    expect(isFenced).toEqual([true, true, true]);
    expect(repeated.requestId).toBe(reply.requestId);
    expect(finished.phases.every(({ phase }) => phase === 'verified')).toBe(true);
    const left = holdings.parse(await (await call(shop, '/v1/privacy/holdings')).json());
    const ofShop = left.items.filter(({ shopKey }) => shopKey === shop.shopKey);
    expect(ofShop.map(({ records }) => records)).toEqual(ofShop.map(() => 0));
    expect([ofShop.length > countedStores.length, left.tokens[0]?.state]).toEqual([
      true,
      'destroyed',
    ]);
    for (const storeId of countedStores) {
      expect([storeId, await countIn(storeId, shop.shopKey)]).toEqual([storeId, 0]);
      expect([storeId, await countIn(storeId, bystander.shopKey)]).toEqual([storeId, 1]);
    }
    expect(await tokensOf(bystander)).toBe(true);
    expect(await checkReceipt(shop, reply.requestId)).toContain('VALID');
    expect((await disconnect(shop)).status).toBe(404);
    const strange = await call(bystander, `/v1/privacy/requests/${reply.requestId}/receipt`);
    expect(strange.status).toBe(404);

    // The sealed archive is still in Kafka, and opens for nobody; the neighbour's does.
    const sealer = createSealer({ vault: vaults.ingestion as Vault, clock: createClock() });
    const context = { ceType: 'raw', epoch: 1, ceId: 'one' };
    const [own, others] = [
      await sealedInKafka(shop.shopKey),
      await sealedInKafka(bystander.shopKey),
    ];
    expect([own.length, others.length]).toEqual([1, 1]);
    for (const body of own) {
      const opened = sealer.open({ ...context, shopKey: shop.shopKey }, body);
      await expect(opened).rejects.toBeInstanceOf(KeyShredded);
    }
    for (const body of others) {
      const opened = await sealer.open({ ...context, shopKey: bystander.shopKey }, body);
      expect(String(opened)).toBe('{"id":"1"}');
    }
  }, 180_000);

  it('answers 503 while Vault is down, keeps the shop closed, and ends the work unasked', async () => {
    const shop = await connectShop();
    await known(shop);
    await vaultProxy.refuse();

    const refused = await disconnect(shop);
    const whileDown = await tokensOf(shop);
    await eventually(() => {
      expect(OWNERS.every((owner) => fences[owner]?.isFenced(shop.shopKey, 1))).toBe(true);
    });
    await vaultProxy.heal();
    const finished = await completed(shop);

    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ code: 'upstream.unavailable' });
    expect(whileDown).toBe(true);
    expect(await tokensOf(shop)).toBe(false);
    expect(await checkReceipt(shop, finished.requestId)).toContain('VALID');
  }, 180_000);

  it('shows the ledger to the holder of a certificate alone, whole, each fact once', async () => {
    const facts = await ledgerFacts();
    const check = await askDpo('/v1/admin/privacy/ledger/check', true);
    const requests = await askDpo('/v1/admin/privacy/requests', true);
    const map = await askDpo('/v1/admin/privacy/datamap', true);

    expect(await askDpo('/v1/admin/privacy/requests', false)).toBe('refused');
    expect(JSON.parse(check)).toMatchObject({
      isWhole: true,
      fault: null,
      entries: facts.length,
    });
    expect(new Set(facts).size).toBe(facts.length);
    expect(facts.filter((fact) => fact.includes('receipt.issued'))).toHaveLength(2);
    expect(JSON.parse(requests)).toMatchObject({ items: [{ state: 'COMPLETED' }, {}] });
    expect(map).toContain('ingestion.raw_events');
  }, 60_000);

  it('names the entry that somebody changed behind its back', async () => {
    const ledger = privacyMongo.collection<{ _id: number; entry: { counts: unknown } }>('ledger');
    const entry = await ledger.findOne({ _id: 5 });
    const check = async (): Promise<unknown> => {
      const answer = await askDpo('/v1/admin/privacy/ledger/check', true);
      return (JSON.parse(answer) as { isWhole: boolean; fault: unknown }).fault;
    };
    const change = (counts: unknown) =>
      ledger.updateOne({ _id: 5 }, { $set: { 'entry.counts': counts } });

    await change({ found: 123_456, removed: 123_456 });
    const changed = await check();
    await change('nothing');
    const unreadable = await check();
    await change(entry?.entry.counts);

    expect(changed).toEqual({ kind: 'hash', seq: 5 });
    expect(unreadable).toEqual({ kind: 'shape', seq: 5 });
    expect(await check()).toBeNull();
  }, 60_000);
});
