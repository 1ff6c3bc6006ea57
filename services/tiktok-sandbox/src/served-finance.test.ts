import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, openSandbox, type Connection, type OpenSandbox } from './sandbox.test-support.ts';

type Money = Record<string, string>;
interface Statement extends Money {
  id: string;
}
interface Row {
  id: string;
  type: string;
  order_id?: string;
  adjustment_id?: string;
  revenue_amount: string;
  shipping_cost_amount: string;
  fee_tax_amount: string;
  adjustment_amount: string;
  settlement_amount: string;
  est_settlement_amount: string;
}

const mills = (text = '0'): number => Math.round(Number(text) * 1_000);
const sum = <T>(items: readonly T[], pick: (item: T) => string | undefined): number =>
  items.reduce((total, item) => total + mills(pick(item)), 0);

describe.each([
  ['retail', 'retail', 'net_sales_amount', 'revenue_amount'],
  ['synthetic', 'id', 'revenue_amount', 'net_sales_amount'],
  ['synthetic', 'us', 'net_sales_amount', 'revenue_amount'],
] as const)('finance pages of the %s seller, shop "%s"', (seller, key, carried, absent) => {
  let sandbox: OpenSandbox;
  let shop: Connection;
  let statements: Statement[];
  const open = (): Promise<Connection> =>
    connect(sandbox, seller, undefined, ({ id: 'ID', us: 'US', retail: undefined } as const)[key]);
  const rowsOf = (id: string): Promise<Row[]> =>
    shop.all<Row>(`/finance/202501/statements/${id}/statement_transactions`, 'transactions', {
      query: { sort_field: 'order_create_time', page_size: '33' },
    });

  beforeAll(async () => {
    sandbox = await openSandbox();
    await sandbox.control.post('/control/modes', { unknown_fields: false });
    shop = await open();
    statements = await shop.all<Statement>('/finance/202309/statements', 'statements', {
      query: { sort_field: 'statement_time' },
    });
  });
  afterAll(() => sandbox.stop());

  it('hold rows that add up to their statement, each with an order or an adjustment', async () => {
    expect(statements.length).toBeGreaterThan(5);
    for (const statement of statements) {
      const rows = await rowsOf(statement.id);
      expect(sum(rows, (row) => row.settlement_amount)).toBe(mills(statement['settlement_amount']));
      for (const row of rows) {
        expect([row.order_id, row.adjustment_id].filter(Boolean)).toHaveLength(1);
        const { revenue_amount, shipping_cost_amount, fee_tax_amount, adjustment_amount } = row;
        const parts = [revenue_amount, shipping_cost_amount, fee_tax_amount, adjustment_amount];
        expect(sum(parts, (part) => part)).toBe(mills(row.settlement_amount));
      }
      expect(statement).toHaveProperty(carried);
      expect(statement).not.toHaveProperty(absent);
    }
  });

  it('split a settled order by SKU, shipping on its header alone', async () => {
    const rows = await rowsOf(statements.at(-1)?.id ?? '');
    const row = rows.find(({ type }) => type === 'ORDER');

    const { body } = await shop.call(
      `/finance/202501/orders/${row?.order_id ?? ''}/statement_transactions`,
    );

    const { sku_transactions: skus, ...header } = body.data as unknown as {
      sku_transactions: Money[];
    } & Money;
    expect(
      sum(skus, (sku) => sku['settlement_amount']) + mills(header['shipping_cost_amount']),
    ).toBe(mills(header['settlement_amount']));
    expect(skus.every((sku) => typeof sku['quantity'] === 'string')).toBe(true);
  });

  it('lose an estimate when its statement comes', async () => {
    const unsettled = (): Promise<Row[]> =>
      shop.all<Row>('/finance/202507/orders/unsettled', 'transactions', {
        query: { page_size: '100' },
      });
    const [before] = await unsettled();
    const { body } = await shop.call('/finance/202507/orders/unsettled');
    const all = await unsettled();

    await sandbox.control.post('/control/clock', { advance_s: 40 * 86_400 });
    const renewed = await open();
    const after = await renewed.all<Row>('/finance/202507/orders/unsettled', 'transactions', {
      query: { page_size: '100' },
    });

    expect(before?.id).toMatch(/^\d{18,19}$/);
    expect(sum(all, (row) => row.est_settlement_amount)).toBe(
      mills(body.data?.['sum_est_settlement_amount'] as string),
    );
    expect(after.map(({ id }) => id)).not.toContain(before?.id);
  });

  it('pay out, or have no payments where the market has none', async () => {
    const renewed = await open();
    const payments = await renewed.all<Record<string, unknown>>(
      '/finance/202309/payments',
      'payments',
      { query: { sort_field: 'create_time' } },
    );
    const withdrawals = await renewed.all('/finance/202309/withdrawals', 'withdrawals', {
      query: { types: 'SETTLE,WITHDRAW' },
    });

    const paid = payments.filter(({ status }) => status === 'PAID');
    const [least, most] = ({ retail: [1, 1], id: [0, 0], us: [40, 100] } as const)[key];
    expect(payments.length).toBeGreaterThanOrEqual(least);
    expect(payments.length).toBeLessThanOrEqual(most);
    expect(payments.length - paid.length).toBeLessThanOrEqual(key === 'us' ? 1 : 0);
    expect(withdrawals).toHaveLength(payments.length + paid.length);
    expect(payments.every(({ bank_account: bank }) => String(bank).startsWith('PIICANARY'))).toBe(
      true,
    );
  });

  it('refuse what they do not know', async () => {
    const renewed = await open();
    const codes = await Promise.all(
      [
        '/finance/202501/statements/7238352000000000001/statement_transactions?',
        '/finance/202501/orders/576352000000000001/statement_transactions',
        '/finance/202309/withdrawals',
        '/finance/202309/statements',
        '/product/202309/products/1729000000000000000',
      ].map(async (path) => (await renewed.call(path.replace('?', ''))).body.code),
    );

    expect(codes).toEqual(Array<number>(5).fill(98_001_004));
  });

  it('show the price of an order as its lines do, and stock by product or by SKU', async () => {
    const renewed = await open();
    const { body: page } = await renewed.call('/order/202309/orders/search', {
      query: { page_size: '1' },
      body: {},
    });
    const [order] = page.data?.['orders'] as {
      id: string;
      payment: Money;
      line_items: { product_id: string; sku_id: string }[];
    }[];
    const detail = await renewed.call(`/order/202407/orders/${order?.id ?? ''}/price_detail`);
    const line = order?.line_items[0];
    const stock = async (body: object) =>
      (await renewed.call('/product/202309/inventory/search', { body })).body.data?.[
        'inventory'
      ] as { product_id: string; skus: { id: string; total_available_quantity: number }[] }[];

    expect(detail.body.data).toMatchObject({
      payment: order?.payment['total_amount'],
      subtotal: order?.payment['sub_total'],
    });
    const [bySku] = await stock({ sku_ids: [line?.sku_id], product_ids: ['1'] });
    const [byProduct] = await stock({ product_ids: [line?.product_id] });
    expect(bySku?.skus.map(({ id }) => id)).toEqual([line?.sku_id]);
    expect(byProduct?.skus).toContainEqual(bySku?.skus[0]);
    expect(await stock({ product_ids: ['1'] })).toEqual([]);
  });
});
