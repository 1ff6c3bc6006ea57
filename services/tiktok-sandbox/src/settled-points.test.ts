import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, openSandbox, type Connection, type OpenSandbox } from './sandbox.test-support.ts';

const SEARCH = '/order/202309/orders/search';
const UNSETTLED = '/finance/202507/orders/unsettled';
const STATEMENTS = '/finance/202309/statements';
const PAYMENTS = '/finance/202309/payments';
const byTime = { sort_field: 'statement_time', page_size: '100' };

type Json = Readonly<Record<string, unknown>>;

/** What the documents leave open and both sides have settled. */
describe('points that were settled', () => {
  let sandbox: OpenSandbox;
  let shop: Connection;
  let us: Connection;
  const rowsOf = (from: Connection, statementId: unknown): Promise<Json[]> =>
    from.all(
      `/finance/202501/statements/${String(statementId)}/statement_transactions`,
      'transactions',
      { query: { sort_field: 'order_create_time', page_size: '100' } },
    );
  const skusOf = async (from: Connection, orderId: unknown): Promise<Json[]> => {
    const path = `/finance/202501/orders/${String(orderId)}/statement_transactions`;
    const { body } = await from.call(path);
    expect(body.code).toBe(0);
    return body.data?.['sku_transactions'] as Json[];
  };

  beforeAll(async () => {
    sandbox = await openSandbox({ env: { SYNTHETIC_DAYS: '30' } });
    await sandbox.control.post('/control/modes', { unknown_fields: false });
    shop = await connect(sandbox);
    us = await connect(sandbox, 'synthetic', undefined, 'US');
  });
  afterAll(() => sandbox.stop());

  it('an older grant of the same shop survives a new authorization', async () => {
    const newer = await connect(sandbox);
    const codes = await Promise.all(
      [shop, newer].map(async (one) => (await one.call(STATEMENTS, { query: byTime })).body.code),
    );

    expect(newer.accessToken).not.toBe(shop.accessToken);
    expect(codes).toEqual([0, 0]);
  });

  it('unknown order ids are left out, and those of another shop are unknown', async () => {
    const { body } = await us.call(SEARCH, { query: { page_size: '1' }, body: {} });
    const [own] = body.data?.['orders'] as { id: string }[];
    const ids = `576352000000536365,${own?.id ?? ''},576001000000000001`;

    const answer = await us.call('/order/202507/orders', { query: { ids } });

    const shown = answer.body.data?.['orders'] as { id: string }[];
    expect(shown.map(({ id }) => id)).toEqual([own?.id]);
  });

  it('an order before its settlement has an empty list of transactions', async () => {
    const { body } = await us.call(SEARCH, { query: { page_size: '1' }, body: {} });
    const [newest] = body.data?.['orders'] as { id: string }[];

    expect(await skusOf(us, newest?.id)).toEqual([]);
  });

  it('a row that only refunds settles "0" units', async () => {
    const statements = await us.all(STATEMENTS, 'statements', { query: byTime });
    const all = (await Promise.all(statements.map(({ id }) => rowsOf(us, id)))).flat();
    const refund = all.find((row) => {
      const revenue = row['revenue_breakdown'] as Record<string, string>;
      return (
        revenue['subtotal_before_discount_amount'] === '0.00' &&
        revenue['refund_subtotal_before_discount_amount']?.startsWith('-')
      );
    });

    const skus = await skusOf(us, refund?.['order_id']);

    expect(skus.map(({ quantity }) => quantity)).toContain('0');
    expect(skus.every(({ quantity }) => typeof quantity === 'string')).toBe(true);
  });

  it.each([
    [UNSETTLED, 'transactions', 'order_create_time', undefined],
    [PAYMENTS, 'payments', 'create_time', 'create_time'],
    [STATEMENTS, 'statements', 'statement_time', 'statement_time'],
  ])('%s ascends where no order is asked for', async (path, list, field, sortField) => {
    const query = {
      page_size: '100',
      ...(sortField === undefined ? {} : { sort_field: sortField }),
    };
    const rows = await us.all(path, list, { query });
    const times = rows.map((row) => Number(row[field]));

    expect(times.length).toBeGreaterThan(5);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('rows of a statement ascend by the time of their order', async () => {
    const statements = await us.all(STATEMENTS, 'statements', { query: byTime });
    const rows = await rowsOf(us, statements.at(-1)?.['id']);
    const times = rows.map((row) => Number(row['order_create_time']));

    expect(times.length).toBeGreaterThan(20);
    expect(times).toEqual([...times].sort());
  });

  it('statements and payments tell no total', async () => {
    const answers = await Promise.all([
      us.call(STATEMENTS, { query: byTime }),
      us.call(PAYMENTS, { query: { sort_field: 'create_time' } }),
      us.call(UNSETTLED),
    ]);

    expect(answers.map(({ body }) => 'total_count' in (body.data ?? {}))).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('every text that may not leave the connector carries a mark in some order', async () => {
    const list = await shop.all(SEARCH, 'orders', { query: { page_size: '100' }, body: {} });
    const ids = list.slice(0, 50).map(({ id }) => String(id));
    const { body } = await shop.call('/order/202507/orders', { query: { ids: ids.join(',') } });
    const details = body.data?.['orders'] as Json[];
    const marked = new Set<string>();
    const look = (value: unknown, path: string): void => {
      if (typeof value === 'string' && /piicanary|^7999\d{15}$|7700 900/i.test(value)) {
        marked.add(path);
      } else if (Array.isArray(value)) {
        value.forEach((item) => {
          look(item, `${path}[]`);
        });
      } else if (typeof value === 'object' && value !== null) {
        Object.entries(value).forEach(([name, inner]) => {
          look(inner, path === '' ? name : `${path}.${name}`);
        });
      }
    };
    [...list, ...details].forEach((order) => {
      look(order, '');
    });
    const [payment] = await us.all(PAYMENTS, 'payments', { query: { sort_field: 'create_time' } });
    look(payment, 'payment');
    const stock = await us.call('/product/202309/inventory/search', {
      body: { product_ids: await productIds() },
    });
    look(stock.body.data, 'stock');

    expect([...marked]).toEqual(
      expect.arrayContaining([
        ...['buyer_email', 'buyer_message', 'seller_note', 'cpf', 'cpf_name', 'user_id'],
        ...['consultation_id', 'tracking_number', 'line_items[].tracking_number'],
        ...['payment_auth_code', 'payment_method_code', 'channel_entity_national_registry_id'],
        ...[
          'name',
          'first_name',
          'last_name',
          'phone_number',
          'full_address',
          'post_town',
          'postal_code',
          'address_line4',
        ].map((field) => `recipient_address.${field}`),
        ...['address_detail', 'address_line1', 'address_line2', 'address_line3'].map(
          (field) => `recipient_address.${field}`,
        ),
        'recipient_address.district_info[].address_name',
        'recipient_address.delivery_preferences.drop_off_location',
        'payment.bank_account',
        'stock.inventory[].skus[].total_available_inventory_distribution.creator_inventory[].creator_name',
      ]),
    );
  });

  async function productIds(): Promise<string[]> {
    const products = await us.all('/product/202502/products/search', 'products', {
      query: { page_size: '100' },
      body: {},
    });
    return products.map(({ id }) => String(id));
  }
});
