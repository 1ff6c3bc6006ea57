import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DICTIONARY, overviewReply, productsReply, proofReply } from '@tokometrics/contracts';
import type { ProductReply } from '@tokometrics/contracts';
import { aMerchantId, engineEnv, startTestPassports } from '@tokometrics/testkit';
import type { TestPassports } from '@tokometrics/testkit';
import {
  factMessage,
  markerMessage,
  refundFactOf,
  stockFactOf,
} from '../adapters/facts.test-support.ts';
import type { Tenant } from '../adapters/facts.test-support.ts';
import { startTestSink } from '../adapters/sink.test-support.ts';
import type { TestSink } from '../adapters/sink.test-support.ts';
import {
  aCounter,
  aTenant,
  JUG,
  MUG,
  merchantId,
  readOn,
  sale,
  SPAN,
} from './products.test-support.ts';

const METRICS = ['gross_sales', 'net_sales', 'units', 'orders'] as const;

describe('one product over HTTP', () => {
  let sink: TestSink;
  let passports: TestPassports;

  beforeAll(async () => {
    sink = await startTestSink(engineEnv().CLICKHOUSE_URL);
    passports = await startTestPassports();
  }, 60_000);

  afterAll(async () => {
    await passports.stop();
    await sink.stop();
  });

  const { answer, ask, productOf, sell } = aCounter(() => ({ sink, passports }));
  const rowOf = async (tenant: Tenant, query: string, id: string) => {
    const { items } = productsReply.parse(await ask(tenant, `products?${query}`));
    return items.find(({ productId }) => productId === id);
  };
  const proofAt = async (tenant: Tenant, query: string, at: string) =>
    proofReply.parse(await ask(tenant, `proof?${query}&productId=${MUG}&at=${at}`));

  const pricesOf = ({ priceHistory }: ProductReply) =>
    priceHistory.map(({ skuId, from, price }) => [skuId, from, price.amount, price.currency]);

  const mixedSales = (tenant: Tenant) =>
    sell(
      tenant,
      sale('11', '2026-11-20T03:00:00Z', [
        { product: MUG, sku: '21', price: '100.005' },
        { product: MUG, sku: '22', price: '50', sellerDiscount: '5' },
        { product: JUG, price: '7.0001' },
      ]),
      sale('12', '2026-11-20T18:00:00Z', [{ product: MUG, price: '30' }], {
        cancelledAt: '2026-11-22T03:00:00Z',
      }),
      sale('13', '2026-11-23T03:00:00Z', [
        { product: MUG, price: '11' },
        { product: MUG, price: '11', gift: true },
        { product: JUG, price: '99' },
      ]),
    );

  it.each(['activity', 'order'])(
    'has the figures of its row in the ranking, and in each bucket those of the proof (%s)',
    async (basis) => {
      const tenant = aTenant();
      await mixedSales(tenant);

      for (const metric of METRICS) {
        const query = `${SPAN}&metric=${metric}&basis=${basis}`;
        const reply = await productOf(tenant, query, MUG);
        const row = await rowOf(tenant, query, MUG);

        const { points, ...head } = reply.main;
        expect(row?.value.value).toBeDefined();
        expect(head).toEqual(row?.value);
        expect(reply.values.find((value) => value.metric === metric)).toEqual(row?.value);
        expect(reply.values.map((value) => value.metric)).toEqual(METRICS);
        expect(points).toHaveLength(8);
        const overview = overviewReply.parse(await ask(tenant, `overview?${query}`));
        expect(points.map(({ date, state }) => [date, state])).toEqual(
          overview.main.current.points.map(({ date, state }) => [date, state]),
        );
        for (const { from, value, reason } of points) {
          const proof = await proofAt(tenant, query, from);
          expect([metric, from, value, reason, '0']).toEqual([
            ...[metric, from, proof.value.value, proof.value.reason, proof.difference],
          ]);
        }
      }
    },
    60_000,
  );

  it.each(['week', 'month', 'hour'])(
    'has the buckets that its proof has, asked by the %s',
    async (grain) => {
      const tenant = aTenant();
      await mixedSales(tenant);
      const query = `from=2026-11-18&to=2026-11-26&metric=gross_sales&grain=${grain}`;

      const reply = await productOf(tenant, query, MUG);

      expect(reply.meta.grain).toBe(grain === 'hour' ? 'day' : grain);
      const proofs = await Promise.all(
        reply.main.points.map(({ from }) => proofAt(tenant, query, from)),
      );
      expect(reply.main.points.map(({ value }) => value)).toEqual(
        proofs.map(({ value }) => value.value),
      );
    },
  );

  it('shows in two currencies what the ranking shows, and adds none of them up', async () => {
    const tenant = aTenant();
    await sell(
      tenant,
      sale('31', '2026-11-20T03:00:00Z', [{ product: MUG, price: '100' }]),
      sale('32', '2026-11-20T04:00:00Z', [{ product: MUG, price: '7.50' }], { currency: 'USD' }),
      sale('33', '2026-11-21T04:00:00Z', [{ product: JUG, price: '2.25' }], { currency: 'USD' }),
    );

    for (const metric of METRICS) {
      const query = `${SPAN}&metric=${metric}`;
      const reply = await productOf(tenant, query, MUG);
      expect(reply.values).toContainEqual((await rowOf(tenant, query, MUG))?.value);
      for (const { from, value } of reply.main.points) {
        expect(value).toBe((await proofAt(tenant, query, from)).value.value);
      }
    }
    const [jug] = (await productOf(tenant, SPAN, JUG)).values;
    expect(jug).toMatchObject({ value: '2.25', currency: 'USD' });
  }, 60_000);

  it('has no figure of days that are not loaded, as the ranking has no row of it', async () => {
    const tenant = aTenant();
    await mixedSales(tenant);
    const from = Date.parse('2026-11-22T17:00:00Z') / 1000;
    const through = Date.parse('2026-11-25T04:00:00Z') / 1000;
    sink.known.delete(`${tenant.shopKey}:1`);
    await sink.store(
      (['order', 'transaction'] as const).flatMap((resource) => [
        markerMessage(tenant, { resource, axis: 'create', from, through }),
        markerMessage(tenant, { resource, axis: 'update', from: through, through }),
      ]),
    );
    const before = 'from=2026-11-18&to=2026-11-22&metric=gross_sales';
    const after = 'from=2026-11-23&to=2026-11-24&metric=gross_sales';

    const unknown = await productOf(tenant, before, MUG);

    expect(unknown.main).toMatchObject({ value: null, reason: 'before_connection' });
    expect(await rowOf(tenant, before, MUG)).toBeUndefined();
    const known = await productOf(tenant, after, MUG);
    expect(known.values[0]).toEqual((await rowOf(tenant, after, MUG))?.value);
    expect(known.values[0]?.value).toBe('11');
  });

  it('is doubted where the refunds of the shop contradict its sales, as the ranking is', async () => {
    const tenant = aTenant();
    await mixedSales(tenant);
    const back = refundFactOf(tenant.zone, {
      ...{ id: '900', statement: '5', at: '2026-11-24T03:00:00Z', orderId: '13' },
      ...{ orderCreatedAt: '2026-11-23T03:00:00Z', refund: '99999' },
    });
    await sink.store([factMessage(tenant, 'transaction', '900', back)]);
    const query = `${SPAN}&metric=net_sales`;

    const { main } = await productOf(tenant, query, MUG);

    expect(main.state).toBe('source_inconsistent');
    expect(main.state).toBe((await rowOf(tenant, query, MUG))?.value.state);
    const sound = main.points.filter(({ state }) => state === undefined);
    expect(sound.map(({ date }) => date)).toEqual(['2026-11-23']);
  });

  it('says in its proof that its net sales have no refunds in them', async () => {
    const tenant = aTenant();
    await mixedSales(tenant);
    const query = `${SPAN}&metric=net_sales`;
    const explained = async (of: string) => {
      const { text, formula } = proofReply.parse(await ask(tenant, `proof?${query}${of}`));
      return { text, formula };
    };
    const { text, formula, ofProduct } = DICTIONARY.net_sales;

    expect(await explained('')).toEqual({ text, formula });
    expect(await explained(`&productId=${MUG}`)).toEqual(ofProduct);
    expect(ofProduct?.formula).toBe('gross sales − seller discount − cancellations');
  });

  it('shows its listing, each change of its prices and the last of its stock', async () => {
    const tenant = aTenant();
    await mixedSales(tenant);
    const [first, second] = [
      { id: '21', price: '100.0050' },
      { id: '22', price: '7' },
    ];
    const stock = (at: string, skuId: string, available: readonly number[]) =>
      factMessage(
        ...([tenant, 'inventory', skuId] as const),
        stockFactOf(tenant.zone, at, {
          skuId,
          warehouses: {
            warehouseId: available.map((_count, index) => `W${String(index)}`),
            available: [...available],
            committed: available.map(() => 1),
          },
        }),
        Date.parse(at) / 3_600_000,
      );
    await sink.store([
      readOn(tenant, '2026-11-03', [{ ...first, price: '90' }], 3),
      readOn(tenant, '2026-11-01', [first, second], 1),
      readOn(tenant, '2026-11-02', [first, { ...second, price: '8' }], 2),
      readOn(tenant, '2026-11-05', [first, { ...second, currency: 'USD', price: '8' }], 5),
      readOn(tenant, '2026-11-04', [first], 4),
      readOn(tenant, '2026-11-06', [first, { id: '23', price: '0' }], 6),
    ]);
    await sink.store([
      stock('2026-11-20T06:10:00Z', '21', [5, 6]),
      stock('2026-11-20T05:10:00Z', '21', [50]),
      stock('2026-11-19T05:10:00Z', '22', [9]),
      stock('2026-11-19T05:10:00Z', '777', [1]),
    ]);

    const reply = await productOf(tenant, SPAN, MUG);

    expect(reply).toMatchObject({
      ...{ productId: MUG, title: "A mug that's\\odd", status: 'ACTIVATE' },
      seenDate: '2026-11-06',
      skus: [
        {
          ...{ skuId: '21', sellerSku: 'own 21', status: 'NORMAL' },
          price: { amount: '100.005', currency: 'IDR' },
        },
        { skuId: '23', sellerSku: 'own 23', status: 'NORMAL', price: null },
      ],
    });
    expect(pricesOf(reply)).toEqual([
      ['21', '2026-11-01', '100.005', 'IDR'],
      ['21', '2026-11-03', '90', 'IDR'],
      ['21', '2026-11-04', '100.005', 'IDR'],
      ['22', '2026-11-01', '7', 'IDR'],
      ['22', '2026-11-02', '8', 'IDR'],
      ['22', '2026-11-05', '8.00', 'USD'],
    ]);
    expect(reply.stock).toEqual([
      {
        ...{ skuId: '21', available: 11, committed: 2, at: '2026-11-20T06:00:00.000Z' },
        byWarehouse: [
          { warehouseId: 'W0', available: 5, committed: 1 },
          { warehouseId: 'W1', available: 6, committed: 1 },
        ],
      },
    ]);
  });

  it('shows nothing that is older than two years, to the day', async () => {
    const tenant = aTenant();
    const sku = { id: '21', price: '5' };
    const stock = stockFactOf(tenant.zone, '2026-11-01T05:00:00Z', { skuId: '21' });
    await sink.store([
      readOn(tenant, '2026-11-01', [sku], 1),
      readOn(tenant, '2026-11-02', [sku], 2),
      factMessage(tenant, 'inventory', '21', stock),
    ]);
    const later = async (day: string) => {
      const {
        seenDate,
        priceHistory,
        stock: left,
      } = await productOf(...([tenant, 'range=7d', MUG, `2028-${day}T05:00:00Z`] as const));
      return [seenDate, priceHistory.map(({ from }) => from), left.length];
    };

    expect(await later('10-31')).toEqual(['2026-11-02', ['2026-11-01'], 1]);
    // Of a day tables let go when its second anniversary begins.
    expect(await later('11-01')).toEqual(['2026-11-02', ['2026-11-02'], 0]);
    const gone = await answer(
      ...([tenant, `products/${MUG}?range=7d`, merchantId, '2028-11-02T05:00:00Z'] as const),
    );
    expect(gone.status).toBe(404);
  });

  it('is shown by days, and so is its proof, over a range that has too many hours', async () => {
    const tenant = aTenant();
    await mixedSales(tenant);
    const query = 'range=91d&grain=hour&metric=gross_sales';

    const { meta, main } = await productOf(tenant, query, MUG);
    const proof = proofReply.parse(await ask(tenant, `proof?${query}&productId=${MUG}`));

    expect([meta.grain, main.points.length]).toEqual(['day', 91]);
    expect([proof.meta.grain, proof.value.value, proof.difference]).toEqual([
      ...['day', '191.005', '0'],
    ]);
    expect((await answer(tenant, `proof?${query}`)).status).toBe(422);
  });

  it('is not there for who has no such product or no such shop', async () => {
    const tenant = aTenant();
    await sink.store([readOn(tenant, '2026-11-01', [{ id: '21', price: '5' }], 1)]);
    const [other, next, closed] = [aTenant(), { ...tenant, epoch: 2 }, aTenant()];
    await sink.store([readOn(closed, '2026-11-01', [{ id: '21', price: '5' }], 1)]);
    sink.fenced.add(`${closed.shopKey}:1`);
    const path = `products/${MUG}?range=7d`;

    const answers = [
      await answer(tenant, `products/${JUG}?range=7d`),
      await answer(tenant, path, aMerchantId()),
      await answer(other, path),
      await answer(next, path),
      await answer(closed, path),
    ];

    for (const { status, body } of answers) {
      expect([status, body]).toEqual([
        404,
        expect.objectContaining({ code: 'resource.not_found' }),
      ]);
    }
    expect((await answer(tenant, path)).status).toBe(200);
  });

  it.each([
    ['an id that is none', `products/mug?range=7d`, 400],
    ['a metric that products do not have', `products/${MUG}?metric=aov`, 400],
    ['a key that nobody knows', `products/${MUG}?colour=red`, 400],
    ['a range that ends before it begins', `products/${MUG}?from=2026-11-09&to=2026-11-01`, 422],
  ])('refuses %s', async (_what, path, status) => {
    const tenant = aTenant();
    await sink.store([readOn(tenant, '2026-11-01', [{ id: '21', price: '5' }], 1)]);

    expect((await answer(tenant, path)).status).toBe(status);
  });
});
