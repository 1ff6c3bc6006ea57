import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  metricValue,
  overviewReply,
  productsReply,
  proofReply,
  todayReply,
} from '@tokometrics/contracts';
import type { MetricId, OverviewReply } from '@tokometrics/contracts';
import { aMerchantId, aShopKey, engineEnv, startTestPassports } from '@tokometrics/testkit';
import type { TestPassports } from '@tokometrics/testkit';
import type { z } from 'zod';
import { factMessage, markerMessage, orderFactOf } from '../adapters/facts.test-support.ts';
import type { OrderSpec, Tenant } from '../adapters/facts.test-support.ts';
import { completeUpTo, startTestSink } from '../adapters/sink.test-support.ts';
import type { TestSink } from '../adapters/sink.test-support.ts';
import { askRoutes } from './ask.test-support.ts';

const merchantId = aMerchantId();

describe('figures over HTTP', () => {
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

  const aTenant = (zone: string, epoch = 1): Tenant => ({ shopKey: aShopKey(), epoch, zone });
  const sale = (
    id: string,
    at: string,
    price: string,
    more: Partial<OrderSpec> = {},
  ): OrderSpec => ({
    ...{ id, createdAt: at, paidAt: at, lines: [{ product: 'P1', price }] },
    ...more,
  });
  const store = (tenant: Tenant, orders: readonly OrderSpec[]) =>
    sink.store(
      orders.map((spec) => factMessage(tenant, 'order', spec.id, orderFactOf(tenant.zone, spec))),
    );

  /** The routes as the service serves them, at a moment of the test's choice. */
  async function ask<S extends z.ZodType>(
    at: { readonly tenant: Tenant; readonly now: string },
    path: string,
    schema: S,
  ): Promise<z.infer<S>> {
    const { status, body } = await askRoutes({ sink, passports, merchantId, ...at }, path);
    expect([path, status, body]).toEqual([path, 200, expect.anything()]);
    return schema.parse(body);
  }
  const tileOf = (reply: OverviewReply, metric: MetricId) =>
    reply.tiles.find(({ value }) => value.metric === metric);

  it('carries on every value what is needed to judge it', async () => {
    const tenant = aTenant('Asia/Jakarta');
    await store(tenant, [
      sale('11', '2026-11-20T03:00:00Z', '100'),
      sale('12', '2026-11-24T18:00:00Z', '50'),
    ]);
    completeUpTo(sink, tenant, '2026-11-25T04:00:00Z');
    const at = { tenant, now: '2026-11-25T04:30:00Z' };

    const replies = [
      await ask(at, 'overview?range=28d', overviewReply),
      await ask(at, 'overview?range=mtd&basis=order', overviewReply),
      await ask(at, 'today', todayReply),
      await ask(at, 'products?range=mtd', productsReply),
      await ask(at, 'proof?range=mtd&metric=net_sales', proofReply),
      await ask(at, 'proof?range=mtd&metric=aov&component=denominator', proofReply),
    ];

    const values = replies.flatMap((reply) => valuesIn(reply));
    expect(values.length).toBeGreaterThanOrEqual(60);
    for (const value of values) {
      const { currency, unit, reason, value: text } = metricValue.parse(value);
      expect([value, currency === undefined]).toEqual([value, unit !== undefined]);
      expect([value, reason === undefined]).toEqual([value, text !== null]);
    }
  }, 60_000);

  it('says why a figure is not known, and never shows a zero for it', async () => {
    const tenant = aTenant('Asia/Jakarta');
    await store(tenant, [sale('21', '2026-11-20T03:00:00Z', '100')]);
    const history = Date.parse('2026-11-10T17:00:00Z') / 1000;
    const through = Date.parse('2026-11-24T17:00:00Z') / 1000;
    await sink.store(
      (['order', 'transaction'] as const).flatMap((resource) => [
        markerMessage(tenant, { resource, axis: 'create', from: history, through }),
        markerMessage(tenant, { resource, axis: 'update', from: through, through }),
      ]),
    );
    const at = { tenant, now: '2026-11-24T18:00:00Z' };
    const gross = async (query: string) =>
      tileOf(await ask(at, `overview?grain=day&${query}`, overviewReply), 'gross_sales')?.value;
    const days = (await ask(at, 'overview?from=2026-11-09&to=2026-11-28', overviewReply)).main
      .current.points;

    const reasons = days.map(({ date, value, reason }) => [date.slice(8), value ?? reason]);
    expect(reasons).toEqual([
      ...['09', '10'].map((day) => [day, 'before_connection']),
      ...[11, 12, 13, 14, 15, 16, 17, 18, 19].map((day) => [String(day), '0']),
      ['20', '100'],
      ...['21', '22', '23', '24'].map((day) => [day, '0']),
      ...['25', '26', '27'].map((day) => [day, 'not_yet']),
    ]);
    expect(await gross('from=2024-11-01&to=2024-11-05')).toMatchObject({
      value: null,
      reason: 'beyond_retention',
    });
    expect(await gross('from=2026-11-09&to=2026-11-25')).toMatchObject({ state: 'backfilling' });
    const delta = tileOf(
      await ask(at, 'overview?from=2025-11-01&to=2025-12-01&compare=previous_year', overviewReply),
      'gross_sales',
    )?.delta;
    expect([delta?.kind, delta?.value, delta?.baseline.reason]).toEqual([
      'none',
      null,
      'beyond_retention',
    ]);
  }, 60_000);

  it.each([
    ['2026-03-29', 23],
    ['2026-10-25', 25],
    ['2026-11-02', 24],
  ])('cuts %s in Berlin into %i hours that add up to the day', async (day, hours) => {
    const tenant = aTenant('Europe/Berlin');
    const start = Date.parse(`${day}T00:00:00Z`) - 3 * 3_600_000;
    await store(
      tenant,
      Array.from({ length: 30 }, (_, index) =>
        sale(String(100 + index), new Date(start + index * 3_600_000).toISOString(), '1'),
      ),
    );
    completeUpTo(sink, tenant, '2026-11-25T00:00:00Z');
    const at = { tenant, now: '2026-11-25T00:00:00Z' };
    const next = new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);

    const reply = await ask(at, `overview?from=${day}&to=${next}&grain=hour`, overviewReply);

    const points = reply.main.current.points.map(({ value }) => value);
    expect(points).toEqual(Array.from({ length: hours }, () => '1'));
    expect(tileOf(reply, 'gross_sales')?.value.value).toBe(String(hours));
  });

  it('shows what has changed at the next look, however often the question was asked', async () => {
    const tenant = aTenant('Asia/Jakarta');
    completeUpTo(sink, tenant, '2026-11-25T04:00:00Z');
    const at = { tenant, now: '2026-11-25T04:30:00Z' };
    const gross = async () => {
      const reply = await ask(at, 'overview?range=mtd', overviewReply);
      return tileOf(reply, 'gross_sales')?.value.value;
    };

    const shown = [await gross(), await gross()];
    for (const [id, price] of Object.entries({ 31: '100', 32: '20', 33: '3' })) {
      await store(tenant, [sale(id, '2026-11-20T03:00:00Z', price)]);
      shown.push(await gross(), await gross());
    }

    expect(shown).toEqual(['0', '0', '100', '100', '120', '120', '123', '123']);
  }, 60_000);

  it('adds no amounts of two currencies, but counts', async () => {
    const tenant = aTenant('Asia/Jakarta');
    await store(tenant, [
      sale('31', '2026-11-20T03:00:00Z', '100'),
      sale('32', '2026-11-20T04:00:00Z', '7.50', { currency: 'USD' }),
      sale('33', '2026-11-21T04:00:00Z', '2.25', { currency: 'USD' }),
    ]);
    completeUpTo(sink, tenant, '2026-11-25T00:00:00Z');
    const at = { tenant, now: '2026-11-25T00:00:00Z' };
    const query = 'from=2026-11-20&to=2026-11-22&grain=day&metric=gross_sales';

    const reply = await ask(at, `overview?${query}`, overviewReply);
    const proof = await ask(at, `proof?${query}`, proofReply);

    expect(tileOf(reply, 'gross_sales')?.value).toMatchObject({
      value: null,
      reason: 'mixed_currency',
    });
    expect(tileOf(reply, 'orders')?.value.value).toBe('3');
    // The figure is written in the shop's currency, and no point of it has an amount in another.
    expect(reply.main.current.currency).toBe('IDR');
    expect(reply.main.current.points.map(({ value, reason }) => [value, reason])).toEqual([
      [null, 'mixed_currency'],
      [null, 'mixed_currency'],
    ]);
    expect(tileOf(reply, 'gross_sales')?.spark).toEqual([null, null]);
    expect(proof).toMatchObject({ value: { value: null }, sum: '0', difference: '0', rows: 3 });
    expect(proof.items.map(({ contribution, currency }) => [contribution, currency])).toEqual([
      ['2.25', 'USD'],
      ['7.5', 'USD'],
      ['100', 'IDR'],
    ]);
    const counted = await ask(at, `proof?${query.replace('gross_sales', 'orders')}`, proofReply);
    expect(counted.items.map(({ contribution, currency }) => [contribution, currency])).toEqual(
      Array.from({ length: 3 }, () => ['1', null]),
    );
  });

  it('never adds two connections of one shop', async () => {
    const before = aTenant('Asia/Jakarta');
    const after: Tenant = { ...before, epoch: 2 };
    await store(before, [sale('41', '2026-11-20T03:00:00Z', '100')]);
    await store(after, [
      sale('41', '2026-11-20T03:00:00Z', '100'),
      sale('42', '2026-11-20T05:00:00Z', '30'),
    ]);
    completeUpTo(sink, after, '2026-11-25T00:00:00Z');
    const at = { tenant: after, now: '2026-11-25T00:00:00Z' };
    const query = 'from=2026-11-20&to=2026-11-21&metric=gross_sales';

    const reply = await ask(at, `overview?${query}`, overviewReply);
    const proof = await ask(at, `proof?${query}`, proofReply);
    const products = await ask(at, `products?${query}`, productsReply);

    expect(tileOf(reply, 'gross_sales')?.value.value).toBe('130');
    expect(proof).toMatchObject({ sum: '130', rows: 2, difference: '0' });
    expect(products.items.map(({ value, units }) => [value.value, units])).toEqual([['130', '2']]);
  });

  it.each([
    ['C2', '2026-12-05', 'from=2026-11-01&to=2026-12-01', '2026-10-01', '2026-11-01', true],
    ['C2', '2026-12-05', 'from=2026-11-01&to=2026-11-24', '2026-10-01', '2026-10-24', false],
    ['C2', '2026-12-05', 'from=2026-03-01&to=2026-03-31', '2026-02-01', '2026-03-01', true],
    ['C2', '2026-12-05', 'range=7d', '2026-11-21', '2026-11-28', false],
    [
      'C3',
      '2026-12-05',
      'from=2026-11-01&to=2026-12-01&compare=previous_year',
      '2025-11-01',
      '2025-12-01',
      false,
    ],
    [
      'C3',
      '2028-03-05',
      'from=2028-02-29&to=2028-03-01&compare=previous_year',
      '2027-02-28',
      '2027-03-01',
      false,
    ],
  ])('%s: on %s, %s is compared with [%s, %s)', async (_id, today, query, from, to, mismatch) => {
    const tenant = aTenant('Asia/Jakarta');
    const reply = await ask(
      { tenant, now: `${today}T05:00:00Z` },
      `overview?${query}`,
      overviewReply,
    );

    expect(reply.meta.compare).toEqual({ from, to });
    expect(tileOf(reply, 'gross_sales')?.delta.lengthMismatch).toBe(mismatch);
  });

  it.each([
    ['C9', '50', '100', 'percent', '-0.5', 'bad'],
    ['C9', '100', '50', 'percent', '1', 'good'],
    ['C6', '5', undefined, 'new', null, 'good'],
    ['C6', undefined, undefined, 'no_change', null, 'neutral'],
    ['C9', undefined, '100', 'percent', '-1', 'bad'],
  ])('%s: %s after %s is %s %s', async (_id, now, before, kind, value, judgement) => {
    const tenant = aTenant('Asia/Jakarta');
    await store(tenant, [
      ...(now === undefined ? [] : [sale('51', '2026-11-11T03:00:00Z', now)]),
      ...(before === undefined ? [] : [sale('52', '2026-11-10T03:00:00Z', before)]),
    ]);
    completeUpTo(sink, tenant, '2026-11-25T00:00:00Z');
    const at = { tenant, now: '2026-11-25T00:00:00Z' };

    const reply = await ask(at, 'overview?from=2026-11-11&to=2026-11-12', overviewReply);

    const delta = tileOf(reply, 'gross_sales')?.delta;
    expect([delta?.kind, delta?.judgement]).toEqual([kind, judgement]);
    expect(delta?.value === null ? null : Number(delta?.value)).toBe(
      value === null ? null : Number(value),
    );
  });

  it('cuts what it compares with at the same local time, to the second (C5)', async () => {
    const tenant = aTenant('Asia/Jakarta');
    await store(tenant, [
      sale('61', '2026-11-24T01:00:00Z', '10'),
      sale('62', '2026-11-24T03:29:59Z', '20'),
      sale('63', '2026-11-24T03:30:00Z', '40'),
      sale('64', '2026-11-25T02:00:00Z', '60'),
    ]);
    completeUpTo(sink, tenant, '2026-11-25T03:30:00Z');
    const at = { tenant, now: '2026-11-25T03:45:00Z' };

    const today = await ask(at, 'today?metric=gross_sales', todayReply);
    const overview = await ask(at, 'overview?range=today', overviewReply);

    for (const { tiles } of [today, overview]) {
      const tile = tiles.find(({ value }) => value.metric === 'gross_sales');
      expect([tile?.value.value, tile?.delta.baseline.value, tile?.delta.kind]).toEqual([
        '60',
        '30',
        'percent',
      ]);
    }
    expect(today.yesterday.points.at(-1)?.value).toBe('70');
    const hours = today.today.points.map(({ value, reason }) => value ?? reason);
    expect(hours.slice(0, 11)).toEqual([...Array<string>(9).fill('0'), '60', '60']);
    expect(new Set(hours.slice(11))).toEqual(new Set(['not_yet']));
  });
});

/** Every object of a reply that calls itself a value of a metric. */
function valuesIn(node: unknown): object[] {
  if (typeof node !== 'object' || node === null) {
    return [];
  }
  const inside = Object.values(node).flatMap(valuesIn);
  return 'metric' in node && 'value' in node ? [node, ...inside] : inside;
}
