import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, openSandbox, type Connection, type OpenSandbox } from './sandbox.test-support.ts';

const SEARCH = '/order/202309/orders/search';
const HOUR_S = 3_600;

interface Line {
  id: string;
  package_id: string;
  package_status: string;
  display_status: string;
  tracking_number?: string;
  rts_time?: number;
  cancel_user?: string;
  cancel_reason?: string;
  original_price: string;
  seller_discount: string;
  is_gift: boolean;
  item_tax: { tax_type: string; tax_amount: string; tax_rate: string }[];
}
interface Order {
  id: string;
  status: string;
  create_time: number;
  update_time: number;
  cancel_time?: number;
  request_cancel_time?: number;
  split_or_combine_tag?: string;
  packages: { id: string }[];
  payment: Record<string, string>;
  line_items: Line[];
}
interface Row {
  id: string;
  type: string;
  order_id: string;
  order_create_time: number;
  reserve_id?: string;
  reserve_status?: string;
  reserve_amount: string;
  estimated_release_time?: string;
  revenue_breakdown: Record<string, string>;
  fee_tax_breakdown: { fee: Record<string, string> };
  supplementary_component: Record<string, string>;
}

describe.each([
  ['id', 'ID'],
  ['us', 'US'],
] as const)('orders of the synthetic shop "%s"', (key, region) => {
  let sandbox: OpenSandbox;
  let shop: Connection;
  const orders = (filter: object = {}): Promise<Order[]> =>
    shop.all<Order>(SEARCH, 'orders', { query: { page_size: '100' }, body: filter });

  beforeAll(async () => {
    sandbox = await openSandbox();
    await sandbox.control.post('/control/modes', { unknown_fields: false });
    shop = await connect(sandbox, 'synthetic', undefined, region);
  });
  afterAll(() => sandbox.stop());

  /** The clock moves on until some order is in this state. */
  async function untilSome(status: string): Promise<Order> {
    for (let hour = 0; hour < 72; hour++) {
      const [found] = await orders({ order_status: status });
      if (found !== undefined) {
        return found;
      }
      await sandbox.control.post('/control/clock', { advance_s: HOUR_S });
    }
    throw new Error(`no order was ever ${status}`);
  }

  it('pass through every state that an order can have', async () => {
    const seen: string[] = [];
    for (const status of [
      ...['UNPAID', 'ON_HOLD', 'AWAITING_SHIPMENT', 'PARTIALLY_SHIPPING', 'AWAITING_COLLECTION'],
      ...['IN_TRANSIT', 'DELIVERED', 'COMPLETED', 'CANCELLED'],
    ]) {
      seen.push((await untilSome(status)).status);
    }

    expect(new Set(seen).size).toBe(9);
  });

  it('may be split: one package on its way, one not yet sent', async () => {
    const { packages, line_items: lines, ...order } = await untilSome('PARTIALLY_SHIPPING');

    expect(order.split_or_combine_tag).toBe('SPLIT');
    expect(packages).toHaveLength(2);
    expect(new Set(lines.map((line) => line.package_id))).toEqual(
      new Set(packages.map(({ id }) => id)),
    );
    const [sent, unsent] = packages.map(({ id }) => lines.filter((line) => line.package_id === id));
    expect(new Set(sent?.map((line) => line.display_status))).toEqual(new Set(['IN_TRANSIT']));
    expect(sent?.[0]).toMatchObject({ package_status: 'FULFILLING', rts_time: order.update_time });
    expect(sent?.[0]?.tracking_number).toMatch(/^piicanary/);
    expect(new Set(unsent?.map((line) => line.display_status))).toEqual(
      new Set(['AWAITING_SHIPMENT']),
    );
    expect(unsent?.[0]).not.toHaveProperty('tracking_number');

    const id = order.id;
    await sandbox.control.post('/control/clock', { advance_s: 10 * 24 * HOUR_S });
    shop = await connect(sandbox, 'synthetic', undefined, region);
    const { body } = await shop.call('/order/202507/orders', { query: { ids: id } });
    const [later] = body.data?.['orders'] as Order[];
    expect(later?.packages).toEqual(packages);
    expect(new Set(later?.line_items.map((line) => line.display_status))).toEqual(
      new Set([later?.status]),
    );
  });

  it('may lose one unit and go on: it is cancelled and settled without it', async () => {
    const cut = (await orders()).filter(
      ({ status, request_cancel_time: at }) => at !== undefined && status === 'COMPLETED',
    );

    expect(cut.length).toBeGreaterThan(2);
    for (const order of cut) {
      const gone = order.line_items.filter((line) => line.display_status === 'CANCELLED');
      expect(gone).toHaveLength(1);
      expect(gone[0]?.cancel_user).toMatch(/^(BUYER|SELLER)$/);
      expect(gone[0]?.cancel_reason).toBeDefined();
      expect(order).not.toHaveProperty('cancel_time');
    }
    const told = await sandbox.control.get(`/control/expected/${key}`);
    expect(told).toMatchObject({ currency: key === 'id' ? 'IDR' : 'USD' });
    const [settled] = await settledOf(cut);
    const left = settled?.order.line_items.filter((line) => line.display_status !== 'CANCELLED');
    const sum = left?.reduce((total, line) => total + Number(line.original_price), 0) ?? 0;
    expect(Number(settled?.skus.subtotal)).toBeCloseTo(sum, 2);
    expect(settled?.skus.quantity).toBe(left?.length);
  });

  async function settledOf(cut: Order[]) {
    const all = await Promise.all(
      cut.map(async (order) => {
        const { body } = await shop.call(
          `/finance/202501/orders/${order.id}/statement_transactions`,
        );
        const skus = (body.data?.['sku_transactions'] ?? []) as {
          quantity: string;
          revenue_breakdown: Record<string, string>;
        }[];
        const subtotal = skus.reduce(
          (sum, { revenue_breakdown: revenue }) =>
            sum + Number(revenue['subtotal_before_discount_amount']),
          0,
        );
        const quantity = skus.reduce((sum, sku) => sum + Number(sku.quantity), 0);
        return { order, skus: { subtotal, quantity } };
      }),
    );
    return all.filter(({ skus }) => skus.quantity > 0);
  }

  it('come by hand too, announced as any other', async () => {
    const { body } = await sandbox.control.post(`/control/shops/${key}/orders`);
    const id = String(body['order_id']);

    const [order] = (await shop.call('/order/202507/orders', { query: { ids: id } })).body.data?.[
      'orders'
    ] as Order[];

    expect(id).toMatch(key === 'id' ? /^576062\d{12}$/ : /^576001\d{12}$/);
    expect(order?.create_time).toBe(await sandbox.control.nowS());
  });

  it('come as often as the mode says, from now on', async () => {
    const before = (await orders()).map(({ id }) => id);
    await sandbox.control.post('/control/modes', { orders_factor: 0 });
    await sandbox.control.post('/control/clock', { advance_s: 24 * HOUR_S });
    shop = await connect(sandbox, 'synthetic', undefined, region);
    expect((await orders()).map(({ id }) => id)).toEqual(before);

    const { body } = await sandbox.control.post('/control/modes', { orders_factor: 9 });
    await sandbox.control.post('/control/clock', { advance_s: 24 * HOUR_S });
    const more = (await orders()).length - before.length;

    expect(body['ordersFactor']).toBe(9);
    expect(more).toBeGreaterThan(5 * (key === 'id' ? 60 : 40));
    expect((await sandbox.control.post('/control/modes', { orders_factor: 10 })).status).toBe(400);
  });

  it('are counted by its seller centre under rules that stay hidden unless asked for', async () => {
    const path = `/control/seller-centre/${key}`;

    const shown = await sandbox.control.get(path);
    const revealed = await sandbox.control.get(`${path}?reveal`);
    const other = await sandbox.control.get(`${path}?reveal&seed=99`);

    expect(Object.keys(shown).sort()).toEqual(['currency', 'days', 'now']);
    expect(shown['days']).toEqual(revealed['days']);
    expect(revealed['rules']).toMatchObject({
      timezone: expect.any(String),
      profile: expect.any(String),
    });
    expect(other['days']).not.toEqual(shown['days']);
    expect(await sandbox.control.get('/control/seller-centre/retail')).toMatchObject({
      currency: 'GBP',
    });
  });
});

describe('money of the shop "us"', () => {
  let sandbox: OpenSandbox;
  let shop: Connection;
  let statements: Record<string, string>[];
  const rows: Row[] = [];
  const heads = new Map<string, Record<string, string>>();
  const cents = (text = '0'): number => Math.round(Number(text) * 100);

  beforeAll(async () => {
    sandbox = await openSandbox({ env: { SYNTHETIC_DAYS: '45' } });
    await sandbox.control.post('/control/modes', { unknown_fields: false });
    shop = await connect(sandbox, 'synthetic', undefined, 'US');
    statements = await shop.all('/finance/202309/statements', 'statements', {
      query: { sort_field: 'statement_time', page_size: '100' },
    });
    for (const { id = '' } of statements) {
      const path = `/finance/202501/statements/${id}/statement_transactions`;
      const query = { sort_field: 'order_create_time', page_size: '100' };
      rows.push(...(await shop.all<Row>(path, 'transactions', { query })));
      const { body } = await shop.call(path, { query });
      heads.set(id, (body.data ?? {}) as Record<string, string>);
    }
  });
  afterAll(() => sandbox.stop());

  it('has sales tax on items and in the payment, and tells of it beside the settlement', async () => {
    const { body } = await shop.call(SEARCH, { query: { page_size: '100' }, body: {} });
    const orders = (body.data?.['orders'] ?? []) as Order[];
    const taxed = orders.filter(({ payment }) => cents(payment['tax']) > 0);

    expect(taxed.length).toBeGreaterThan(50);
    for (const { payment, line_items: lines } of taxed) {
      const onItems = lines.flatMap(({ item_tax: taxes }) => taxes);
      expect(onItems.reduce((sum, one) => sum + cents(one.tax_amount), 0)).toBe(
        cents(payment['tax']),
      );
      expect(onItems[0]).toMatchObject({
        tax_type: 'SALES_TAX',
        tax_rate: expect.stringMatching(/^0\.0\d{4}$/),
      });
    }
    const settled = rows.find(
      ({ supplementary_component: beside }) => cents(beside['sales_tax_payment_amount']) > 0,
    );
    const { body: detail } = await shop.call('/order/202507/orders', {
      query: { ids: settled?.order_id ?? '' },
    });
    const [order] = detail.data?.['orders'] as Order[];
    expect(settled?.supplementary_component).toMatchObject({
      customer_payment_amount: order?.payment['total_amount'],
      sales_tax_payment_amount: order?.payment['tax'],
    });
  });

  it('is charged with the fees of its market alone', () => {
    const names = new Set(rows.flatMap(({ fee_tax_breakdown: of }) => Object.keys(of.fee)));

    expect([...names].sort()).toEqual([
      'affiliate_commission_amount',
      'gmv_max_ad_fee_amount',
      'referral_fee_amount',
    ]);
  });

  it('is kept back in part as reserves, collected first and released later', () => {
    const reserves = rows.filter(({ type }) => type === 'RESERVE');
    const byId = Map.groupBy(reserves, ({ reserve_id: id }) => id ?? '');
    const pairs = [...byId.values()].filter((pair) => pair.length === 2);

    expect(pairs.length).toBeGreaterThan(2);
    for (const [collected, released] of pairs) {
      expect(collected).toMatchObject({
        reserve_status: 'COLLECTED',
        settlement_amount: '0.00',
        estimated_release_time: expect.stringMatching(/^\d{10}$/),
      });
      expect(released).toMatchObject({ reserve_status: 'RELEASED', settlement_amount: '0.00' });
      expect(`-${released?.reserve_amount ?? ''}`).toBe(collected?.reserve_amount);
    }
  });

  it('is paid out as statements and reserves say, but for one payment a month', async () => {
    const payments = await shop.all<Record<string, Record<string, string> & string>>(
      '/finance/202309/payments',
      'payments',
      { query: { sort_field: 'create_time', page_size: '100' } },
    );
    const due = new Map<string, number>();
    const payable: [number, number][] = [];
    for (const { id = '', payment_id: payment, settlement_amount: amount } of statements) {
      if (payment !== undefined) {
        const head = heads.get(id);
        const reserve = cents(head?.['total_reserve_amount']);
        payable.push([cents(head?.['payable_amount']), cents(amount) + reserve]);
        due.set(payment, (due.get(payment) ?? 0) + cents(amount) + reserve);
      }
    }
    const short = payments.flatMap(({ id, amount }) => {
      const missing = (due.get(String(id)) ?? 0) - cents(amount?.['value']);
      return missing === 0 ? [] : [[String(id).slice(-2), missing]];
    });

    expect(payable.filter(([told, sum]) => told !== sum)).toEqual([]);
    expect(payments.length).toBeGreaterThan(25);
    expect(short.length).toBeGreaterThan(0);
    expect(new Set(short.map(String))).toEqual(new Set(['15,1234']));
    for (const { amount, settlement_amount: settled, reserve_amount: reserve } of payments) {
      expect(cents(amount?.['value'])).toBe(cents(settled?.['value']) + cents(reserve?.['value']));
    }
  });
});
