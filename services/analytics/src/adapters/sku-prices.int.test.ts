import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ProductFact } from '@tokometrics/contracts';
import type { InMessage } from '@tokometrics/kit';
import { aShopKey, between, engineEnv, pick, seeded, shuffled } from '@tokometrics/testkit';
import type { Dice } from '@tokometrics/testkit';
import { z } from 'zod';
import { priceChanges } from '../domain/price-history.ts';
import type { PriceReading } from '../domain/price-history.ts';
import { createClickhouseErasers } from './clickhouse-erasers.ts';
import { createClickhouseReads } from './clickhouse-reads.ts';
import { factMessage, productFactOf } from './facts.test-support.ts';
import type { SkuSpec, Tenant } from './facts.test-support.ts';
import { skuPrices } from './queries/sku-prices.query.ts';
import { startTestSink } from './sink.test-support.ts';
import type { TestSink } from './sink.test-support.ts';
import { chunked } from './stream.test-support.ts';

const FIRST_DAY = Date.parse('2026-03-01T20:00:00Z');
const DAY_MS = 86_400_000;
const dayAt = (day: number): string => new Date(FIRST_DAY + day * DAY_MS).toISOString();
const PRODUCT = '1729352000000000001';
const OTHER = '1729352000000000009';

interface Version {
  readonly fact: ProductFact;
  readonly seq: number;
  readonly rev: number;
}

/** Versions whose days come in any order, and whose SKUs come and go, lose their price and are doubled. */
function randomVersions(dice: Dice, zone: string, productId: string): Version[] {
  const sku = (n: number): SkuSpec => ({
    id: `${productId}${String(n)}`,
    price: pick(dice, ['10', '10.0000', '10.5', '99999999999999.9999', '0', '7']),
    currency: dice() < 0.1 ? 'USD' : 'IDR',
  });
  return Array.from({ length: 24 }, (_, index) => {
    const skus = [1, 2, 3].filter(() => dice() < 0.8).map(sku);
    const doubled = dice() < 0.1 ? [...skus, sku(1)] : skus;
    const day = Math.floor(index / 3) + between(dice, -1, 1);
    const fact = productFactOf(zone, dayAt(day), doubled, { productId });
    return { fact, seq: index + 1, rev: 0 };
  });
}

/** As a rebuild says it again: under another revision, by rules that may be others. */
function rebuilt(dice: Dice, version: Version): Version {
  const { skus } = version.fact;
  const price = dice() < 0.3 ? skus.price.map(() => '8.25') : skus.price;
  return { ...version, rev: 1, fact: { ...version.fact, skus: { ...skus, price } } };
}

function messageOf(tenant: Tenant, { fact, seq, rev }: Version): InMessage {
  const message = factMessage(tenant, 'product', fact.productId, fact, seq);
  const body = JSON.parse(String(message.value)) as object;
  return { ...message, value: Buffer.from(JSON.stringify({ ...body, rev })) };
}

/** The newest version that was read of each SKU and day, by SKU and day, runs of one price as one. */
function oracle(versions: readonly Version[]): string[] {
  const newest = new Map<string, { readonly order: number; readonly price: string }>();
  for (const { fact, seq, rev } of versions) {
    fact.skus.skuId.forEach((skuId, index) => {
      const price = Number(fact.skus.price[index]);
      const key = `${skuId} ${fact.seenDate}`;
      const known = newest.get(key);
      const order = seq * 256 + rev;
      if (price !== 0 && (known === undefined || order >= known.order)) {
        const amount = (fact.skus.price[index] ?? '').replace(/\.0+$/, '');
        newest.set(key, { order, price: `${amount} ${String(fact.skus.currency[index])}` });
      }
    });
  }
  const rows = [...newest].sort(([one], [other]) => (one < other ? -1 : 1));
  const history: string[] = [];
  let before = '';
  for (const [key, { price }] of rows) {
    const run = `${String(key.split(' ')[0])} ${price}`;
    if (run !== before) {
      history.push(`${key} ${price}`);
    }
    before = run;
  }
  return history;
}

const shown = (readings: readonly PriceReading[]): string[] =>
  priceChanges(readings).map(
    ({ skuId, day, price, currency }) =>
      `${skuId} ${day} ${price.replace(/\.0+$/, '')} ${currency}`,
  );

describe('prices in ClickHouse', () => {
  let sink: TestSink;

  beforeAll(async () => {
    sink = await startTestSink(engineEnv().CLICKHOUSE_URL);
  }, 60_000);

  afterAll(() => sink.stop());

  const aTenant = (): Tenant => ({ shopKey: aShopKey(), epoch: 1, zone: 'Asia/Jakarta' });
  const read = ({ shopKey, epoch }: Tenant, cutoff = '2026-01-01', productId = PRODUCT) =>
    createClickhouseReads(sink.clickhouse).skuPrices({ shopKey, epoch, cutoff, productId });
  /** Of the plan of the question: what the key leaves of the table, and what is read in the end. */
  const granulesOf = async (params: Readonly<Record<string, unknown>>) => {
    const line = z.object({ explain: z.string() });
    const plan = await sink.clickhouse.query(`EXPLAIN indexes = 1 ${skuPrices.sql}`, params, line);
    const left = plan.flatMap(({ explain }) => {
      const [, read, all] = /Granules: (\d+)\/(\d+)/.exec(explain) ?? [];
      return read === undefined ? [] : [{ read: Number(read), all: Number(all) }];
    });
    return { read: left.at(-1)?.read, all: left.at(0)?.all };
  };
  const one = (tenant: Tenant, day: number, price: string, seq: number): InMessage =>
    messageOf(tenant, {
      ...{ seq, rev: 0 },
      fact: productFactOf(tenant.zone, dayAt(day), [{ id: '21', price }]),
    });

  it.each([
    [1, 1],
    [2, 7],
    [3, 30],
    [4, 10_000],
  ])(
    'give the history that the oracle tells, of versions in any order (seed %d, chunks of up to %d)',
    async (seed, most) => {
      const dice = seeded(seed);
      const tenant = aTenant();
      const said = [PRODUCT, OTHER].map((id) => randomVersions(dice, tenant.zone, id));
      const again = said.map((versions) =>
        versions.filter(() => dice() < 0.3).map((version) => rebuilt(dice, version)),
      );
      const all = [...said, ...again].flat().map((version) => messageOf(tenant, version));
      const messages = shuffled(dice, [...all, ...all.filter(() => dice() < 0.3)]);
      const before = sink.chunks.length;

      for (const chunk of chunked(dice, messages, most)) {
        expect(await sink.store(chunk)).toEqual({ parked: [] });
      }

      for (const [index, productId] of [PRODUCT, OTHER].entries()) {
        const versions = [...(said[index] ?? []), ...(again[index] ?? [])];
        const expected = oracle(versions);
        expect(shown(await read(tenant, '2026-01-01', productId))).toEqual(expected);
        expect(expected.length).toBeGreaterThan(10);
      }
      const fates = sink.chunks.slice(before).map(({ byFate }) => byFate);
      const count = (fate: 'stored' | 'superseded' | 'duplicate') =>
        fates.reduce((sum, byFate) => sum + byFate[fate], 0);
      expect(count('stored') + count('superseded') + count('duplicate')).toBe(messages.length);
      expect(count('superseded') > 0).toBe(most > 1);
    },
    60_000,
  );

  it('are the same after every fact is said again under another revision', async () => {
    const dice = seeded(5);
    const tenant = aTenant();
    const versions = randomVersions(dice, tenant.zone, PRODUCT);
    await sink.store(versions.map((version) => messageOf(tenant, version)));
    const before = await read(tenant);

    const again = versions.map((version) => messageOf(tenant, { ...version, rev: 1 }));
    await sink.store(shuffled(dice, again));

    expect(before.length).toBeGreaterThan(10);
    expect(await read(tenant)).toEqual(before);
  });

  it('are read from the first day that may be shown, and stored from the first that may be kept', async () => {
    const tenant = aTenant();
    const old = productFactOf(tenant.zone, '2023-12-31T05:00:00Z', [{ id: '21', price: '9' }]);

    await sink.store([
      factMessage(tenant, 'product', PRODUCT, old, 1),
      one(tenant, 0, '10', 2),
      one(tenant, 1, '11', 3),
    ]);

    expect(sink.chunks.at(-1)?.byFate).toMatchObject({ expired: 1, superseded: 1, stored: 1 });
    const days = async (cutoff: string) => (await read(tenant, cutoff)).map(({ day }) => day);
    expect(await days('2023-01-01')).toEqual(['2026-03-02', '2026-03-03']);
    expect(await days('2026-03-03')).toEqual(['2026-03-03']);
    expect(await days('2026-03-04')).toEqual([]);
  });

  it('of one product are found in few granules among those of many, whole and newest', async () => {
    const tenant = aTenant();
    const skusOfEach = 10;
    const fill = (rows: string, day: string, price: string, ver: number) =>
      sink.clickhouse.command(
        `INSERT INTO sku_prices
           (shop_key, epoch, sku_id, price_date, product_id, price, currency, event_id, ver)
         SELECT {shopKey:String}, {epoch:UInt32}, toString(1729400000000000000 + number),
           {day:Date}, toString(1729300000000000000 + intDiv(number, {each:UInt32})),
           toDecimal64({price:String}, 4), 'IDR', '', {ver:UInt64}
         FROM ${rows}`,
        { ...tenant, day, price, ver, each: skusOfEach },
      );
    await fill('numbers(200000)', '2026-03-01', '5', 1);
    await fill('numbers(90000, 20000)', '2026-03-01', '6', 2);
    await fill('numbers(200000)', '2026-04-01', '7', 1);
    const asked = { ...tenant, cutoff: '2026-01-01', productId: '1729300000000010000' };

    const granules = await granulesOf(asked);

    expect(granules.all).toBeGreaterThan(48);
    expect(granules.read).toBeLessThan(10);
    const found = await read(tenant, asked.cutoff, asked.productId);
    expect(found.map(({ day, price }) => `${day} ${price}`)).toEqual(
      Array.from({ length: skusOfEach }, () => ['2026-03-01 6', '2026-04-01 7']).flat(),
    );
  }, 60_000);

  it('of a closed shop are not stored; those of one that is erased go, and no others', async () => {
    const [closed, erased, other] = [aTenant(), aTenant(), aTenant()];
    const next: Tenant = { ...erased, epoch: 2 };
    sink.fenced.add(`${closed.shopKey}:1`);
    await sink.store(
      [closed, erased, other, next].flatMap((tenant) => [
        one(tenant, 0, '10', 1),
        one(tenant, 1, '11', 2),
      ]),
    );
    const eraser = createClickhouseErasers(sink.clickhouse).find(
      ({ storeId }) => storeId === 'clickhouse.sku_prices',
    );
    const scope = { shopKey: erased.shopKey as ReturnType<typeof aShopKey>, throughEpoch: 1 };

    const results = [await eraser?.erase(scope), await eraser?.erase(scope)];

    expect(results).toEqual([
      { found: 2, removed: 2 },
      { found: 0, removed: 0 },
    ]);
    const left = await Promise.all([closed, erased, other, next].map((tenant) => read(tenant)));
    expect(left.map(({ length }) => length)).toEqual([0, 0, 2, 2]);
  });
});
