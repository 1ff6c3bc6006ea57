import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, openSandbox, type Connection, type OpenSandbox } from './sandbox.test-support.ts';

interface Line {
  readonly id: string;
  readonly product_id: string;
  readonly seller_sku: string;
  readonly original_price: string;
}
interface ServedOrder {
  readonly id: string;
  readonly status: string;
  readonly create_time: number;
  readonly cancel_time?: number;
  readonly line_items: readonly Line[];
  readonly payment: { readonly shipping_fee: string; readonly sub_total: string };
}
interface Transaction {
  readonly type: string;
  readonly order_id?: string;
  readonly revenue_breakdown: Record<string, string>;
}
interface Figures {
  gross_sales: string;
  orders: number;
  units: number;
  shipping_fee: string;
  cancelled_value: string;
  cancelled_orders: number;
  refunds_settled: string;
  settled_orders: number;
}

const expected = JSON.parse(
  readFileSync(new URL('../data/expected-week.json', import.meta.url), 'utf8'),
) as {
  total: Figures;
  by_month: Record<string, Figures>;
  by_day: Record<string, Figures>;
  top_products: { code: string; gross_sales: string; units: number; title: string }[];
  products: number;
};

const mills = (text: string): bigint => {
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.');
  const size = BigInt(whole) * 1000n + BigInt(fraction.padEnd(3, '0'));
  return text.startsWith('-') ? -size : size;
};
const pounds = (amount: bigint): string =>
  `${String(amount / 1000n)}.${String((amount % 1000n) / 10n).padStart(2, '0')}`;
/** The week lies in November: London time is UTC. */
const dateOf = (time: number): string => new Date(time * 1000).toISOString().slice(0, 10);

type Sums = Record<keyof Figures, bigint>;

function emptySums(): Sums {
  return {
    gross_sales: 0n,
    orders: 0n,
    units: 0n,
    shipping_fee: 0n,
    cancelled_value: 0n,
    cancelled_orders: 0n,
    refunds_settled: 0n,
    settled_orders: 0n,
  };
}

function packed(sums: Sums): Figures {
  return {
    gross_sales: pounds(sums.gross_sales),
    orders: Number(sums.orders),
    units: Number(sums.units),
    shipping_fee: pounds(sums.shipping_fee),
    cancelled_value: pounds(sums.cancelled_value),
    cancelled_orders: Number(sums.cancelled_orders),
    refunds_settled: pounds(sums.refunds_settled),
    settled_orders: Number(sums.settled_orders),
  };
}

describe('the served pages of the week', () => {
  let sandbox: OpenSandbox;
  let shop: Connection;
  let orders: ServedOrder[];
  const days: Record<string, Sums> = {};
  const day = (date: string): Sums => (days[date] ??= emptySums());

  beforeAll(async () => {
    sandbox = await openSandbox();
    shop = await connect(sandbox);
    orders = await shop.all<ServedOrder>('/order/202309/orders/search', 'orders', {
      query: { page_size: '100', sort_field: 'create_time', sort_order: 'ASC' },
      body: {},
    });
    for (const order of orders) {
      const gross = order.line_items.reduce((sum, line) => sum + mills(line.original_price), 0n);
      const sums = day(dateOf(order.create_time));
      sums.gross_sales += gross;
      sums.orders += 1n;
      sums.units += BigInt(order.line_items.length);
      sums.shipping_fee += mills(order.payment.shipping_fee);
      if (order.cancel_time !== undefined) {
        day(dateOf(order.cancel_time)).cancelled_value += gross;
        day(dateOf(order.cancel_time)).cancelled_orders += 1n;
      }
    }
    const statements = await shop.all('/finance/202309/statements', 'statements', {
      query: { page_size: '7', sort_field: 'statement_time' },
    });
    for (const statement of statements) {
      const { id, statement_time: time } = statement as {
        id: string;
        statement_time: number;
      };
      const rows = await shop.all<Transaction>(
        `/finance/202501/statements/${id}/statement_transactions`,
        'transactions',
        { query: { page_size: '50', sort_field: 'order_create_time' } },
      );
      for (const { type, revenue_breakdown: revenue } of rows) {
        const refund = mills(revenue['refund_subtotal_before_discount_amount'] ?? '0');
        if (type === 'ORDER') {
          day(dateOf(time)).refunds_settled -= refund;
          day(dateOf(time)).settled_orders +=
            revenue['subtotal_before_discount_amount'] === '0.00' ? 0n : 1n;
        }
      }
    }
  });
  afterAll(() => sandbox.stop());

  it('add up to the expected figures of every day, month and in total', () => {
    const add = (group: Sums[]): Figures => {
      const all = emptySums();
      for (const sums of group) {
        for (const name of Object.keys(all) as (keyof Figures)[]) {
          all[name] += sums[name];
        }
      }
      return packed(all);
    };
    const withFigures = Object.entries(days).filter(([, sums]) =>
      Object.values(sums).some((sum) => sum !== 0n),
    );

    expect(
      Object.fromEntries(withFigures.map(([date, sums]) => [date, packed(sums)]).sort()),
    ).toEqual(expected.by_day);
    expect(Object.keys(expected.by_month)).toEqual(['2026-11']);
    expect(add(Object.values(days))).toEqual(expected.by_month['2026-11']);
    expect(add(Object.values(days))).toEqual(expected.total);
  });

  it('add up to the expected figures of every product', async () => {
    const sold = new Map<string, { gross: bigint; units: number }>();
    for (const line of orders.flatMap((order) => order.line_items)) {
      const code = line.seller_sku.toUpperCase();
      const sums = sold.get(code) ?? { gross: 0n, units: 0 };
      sums.gross += mills(line.original_price);
      sums.units += 1;
      sold.set(code, sums);
    }
    const top = [...sold]
      .sort(
        ([a, one], [b, other]) =>
          Number(other.gross - one.gross) || other.units - one.units || (a < b ? -1 : 1),
      )
      .slice(0, 20)
      .map(([code, { gross, units }]) => ({ code, gross_sales: pounds(gross), units }));
    const products = await shop.all<{ title: string; skus: { seller_sku: string }[] }>(
      '/product/202502/products/search',
      'products',
      { query: { page_size: '100' }, body: {} },
    );
    const titles = new Map(products.map(({ title, skus }) => [skus[0]?.seller_sku, title]));

    expect(sold.size).toBe(expected.products);
    expect(products).toHaveLength(expected.products);
    expect(top.map((one) => ({ ...one, title: titles.get(one.code) }))).toEqual(
      expected.top_products.map(({ code, gross_sales, units, title }) => ({
        code,
        gross_sales,
        units,
        title,
      })),
    );
  });

  it('equal what the control API expects of the file', async () => {
    const {
      total,
      by_day: byDay,
      top_products: top,
    } = await sandbox.control.get('/control/expected/retail');

    expect(total).toMatchObject(expected.total);
    expect(byDay).toMatchObject(expected.by_day);
    expect(top).toEqual(expected.top_products);
  });

  it.each(['1', '50', '100'])('hold the same orders by pages of %s', async (size) => {
    const some = await shop.all('/order/202309/orders/search', 'orders', {
      query: { page_size: size, sort_field: 'update_time', sort_order: 'DESC' },
      body: {},
    });

    expect(some.map(({ id }) => String(id)).sort()).toEqual(orders.map(({ id }) => id).sort());
  });

  it('give every unit an id of its own and every buyer a mark', () => {
    const ids = orders.flatMap((order) => order.line_items.map(({ id }) => id));

    expect(new Set(ids).size).toBe(12_912);
    expect(orders.every((order) => JSON.stringify(order).includes('iicanary'))).toBe(true);
  });
});
