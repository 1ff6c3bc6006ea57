import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { engineEnv, startTestPassports } from '@tokometrics/testkit';
import type { TestPassports } from '@tokometrics/testkit';
import { createClickhouseReads } from '../adapters/clickhouse-reads.ts';
import { factMessage, orderFactOf } from '../adapters/facts.test-support.ts';
import { startTestSink } from '../adapters/sink.test-support.ts';
import type { TestSink } from '../adapters/sink.test-support.ts';
import {
  aCounter,
  aTenant,
  CUP,
  JUG,
  MUG,
  merchantId,
  sale,
  SPAN,
} from './products.test-support.ts';

describe('a product over HTTP that is not listed', () => {
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

  const { answer, productOf, sell } = aCounter(() => ({ sink, passports }));

  it('is its id where it was sold and is listed no more, as long as the sale is kept', async () => {
    const tenant = aTenant();
    await sell(
      tenant,
      sale('41', '2026-11-20T03:00:00Z', [
        { product: MUG, price: '5' },
        { product: JUG, price: '5', gift: true },
      ]),
    );
    const elsewhere = 'from=2026-10-01&to=2026-10-08';

    const reply = await productOf(tenant, elsewhere, MUG);

    expect(reply).toMatchObject({
      ...{ productId: MUG, title: MUG, status: '', seenDate: null },
      ...{ skus: [], priceHistory: [], stock: [] },
    });
    expect(reply.values.map(({ value }) => value)).toEqual(['0', '0', '0', '0']);
    const neverOrdered = await answer(tenant, `products/${CUP}?${elsewhere}`);
    const past = await answer(
      ...([tenant, `products/${MUG}?range=7d`, merchantId, '2028-11-21T05:00:00Z'] as const),
    );
    expect([neverOrdered.status, past.status]).toEqual([404, 404]);
  });

  it.each([
    ['a gift', { gift: true }, {}, true],
    ['a sample', {}, { sample: true }, false],
    ['an order that nobody has paid', {}, { paidAt: null }, false],
    ['a replacement', {}, { replacement: true }, false],
  ])('is its id where it is known only by %s, as long as the order is kept', async (...row) => {
    const [_what, line, order, isSold] = row;
    const tenant = aTenant();
    const lines = [
      { product: MUG, price: '5' },
      { product: JUG, price: '5', ...line },
    ];
    await sell(tenant, sale('42', '2026-11-20T03:00:00Z', lines, order));

    const { title, seenDate, values } = await productOf(tenant, SPAN, JUG);

    expect([title, seenDate, values.map(({ value }) => value)]).toEqual([
      ...[JUG, null, ['0', '0', '0', '0']],
    ]);
    const reads = createClickhouseReads(sink.clickhouse);
    const of = { shopKey: tenant.shopKey, epoch: 1, cutoff: '2026-11-20', productId: JUG };
    expect(await reads.isProductSold(of)).toBe(isSold);
    expect(await reads.isProductOrdered(of)).toBe(true);
    expect(await reads.isProductOrdered({ ...of, cutoff: '2026-11-21' })).toBe(false);
    const unknown = await Promise.all([
      answer(tenant, `products/${CUP}?range=7d`),
      answer(aTenant(), `products/${JUG}?range=7d`),
      answer({ ...tenant, epoch: 2 }, `products/${JUG}?range=7d`),
      answer(
        ...([tenant, `products/${JUG}?range=7d`, merchantId, '2028-11-21T05:00:00Z'] as const),
      ),
    ]);
    expect(unknown.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
  });

  it('is known no more by a line that its order has no more', async () => {
    const tenant = aTenant();
    const version = (product: string, seq: number) => {
      const spec = sale('43', '2026-11-20T03:00:00Z', [{ product, price: '5' }], { paidAt: null });
      return factMessage(tenant, 'order', '43', orderFactOf(tenant.zone, spec), seq);
    };
    await sink.store([version(JUG, 1)]);
    await sink.store([version(CUP, 2)]);

    const answers = await Promise.all(
      [JUG, CUP].map((id) => answer(tenant, `products/${id}?range=7d`)),
    );

    expect(answers.map(({ status }) => status)).toEqual([404, 200]);
  });
});
