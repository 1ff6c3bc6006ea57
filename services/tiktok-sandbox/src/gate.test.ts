import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  APP_SECRET,
  connect,
  openSandbox,
  signAs,
  type CallOptions,
  type Connection,
  type OpenSandbox,
} from './sandbox.test-support.ts';

const SEARCH = '/order/202309/orders/search';
const PAGE = { page_size: '10' };

describe('the gate before every call', () => {
  let sandbox: OpenSandbox;
  let shop: Connection;
  let other: Connection;

  beforeAll(async () => {
    sandbox = await openSandbox();
    shop = await connect(sandbox);
    other = await connect(sandbox, 'synthetic');
  });
  afterAll(() => sandbox.stop());

  /** Each case is also wrong in all that comes later in the order of the gate. */
  const cases: [string, number, number, (now: number) => [string, CallOptions]][] = [
    ['an unknown path', 36_009_009, 404, () => ['/order/202309/nothing', {}]],
    [
      'a path that writes',
      36_009_009,
      404,
      () => ['/product/202309/products/1729000000000000000/prices/update', { body: {} }],
    ],
    ['a subscription path', 36_009_009, 404, () => ['/event/202309/webhooks', {}]],
    ['another method', 36_009_010, 405, () => [SEARCH, { method: 'PUT', body: {} }]],
    ['another version', 36_009_014, 404, () => ['/order/202212/orders/search', { body: {} }]],
    [
      'no app_key',
      36_009_004,
      400,
      () => [SEARCH, { body: {}, tamper: (url) => url.searchParams.delete('app_key') }],
    ],
    [
      'another app_key',
      36_009_004,
      400,
      () => [SEARCH, { body: {}, query: { app_key: 'other', timestamp: 'x' } }],
    ],
    [
      'a timestamp of another form',
      36_009_004,
      400,
      () => [SEARCH, { body: {}, query: { timestamp: '1623', sign: 'x' } }],
    ],
    [
      'a timestamp 301 s late',
      36_009_004,
      400,
      (now) => [SEARCH, { body: {}, query: { timestamp: String(now - 301), sign: 'x' } }],
    ],
    [
      'a timestamp 31 s early',
      36_009_004,
      400,
      (now) => [SEARCH, { body: {}, query: { timestamp: String(now + 31), sign: 'x' } }],
    ],
    [
      'no sign',
      36_009_004,
      400,
      () => [SEARCH, { body: {}, tamper: (url) => url.searchParams.delete('sign') }],
    ],
    ['a wrong sign', 106_001, 401, () => [SEARCH, { body: {}, query: { sign: 'a'.repeat(64) } }]],
    ['an unknown token', 36_009_004, 401, () => [SEARCH, { body: {}, token: 'ROW_nobody' }]],
    ['no shop_cipher', 106_013, 400, () => [SEARCH, { body: {}, query: { shop_cipher: '' } }]],
    [
      'a shop_cipher too many',
      36_009_004,
      400,
      () => ['/authorization/202309/shops', { query: { page_size: '9' } }],
    ],
    [
      'the cipher of another seller',
      101_000,
      400,
      () => [SEARCH, { body: {}, query: { shop_cipher: other.cipher } }],
    ],
    ['no page_size', 98_001_004, 400, () => [SEARCH, { body: {} }]],
    [
      'an empty parameter',
      98_001_004,
      400,
      () => [SEARCH, { body: {}, query: { ...PAGE, sort_field: '' } }],
    ],
    ['a body that is not JSON', 36_009_022, 400, () => [SEARCH, { body: '{"a":', query: PAGE }]],
    ['a body that is a list', 36_009_022, 400, () => [SEARCH, { body: '[]', query: PAGE }]],
    [
      'a body of another type',
      36_009_023,
      415,
      () => [SEARCH, { body: {}, query: PAGE, contentType: 'text/plain' }],
    ],
  ];

  it.each(cases)('refuses %s with %i', async (_name, code, status, make) => {
    const [path, options] = make(await sandbox.control.nowS());

    const reply = await shop.call(path, options);

    expect(reply).toMatchObject({ status, body: { code, data: null } });
    expect(reply.body.message).toContain('For more details: https://m.tiktok.shop/s/');
    expect(reply.body.request_id).toMatch(/^\d{14}[0-9A-F]{20}$/);
  });

  it.each([
    ['POST', '/product/202309/products', 36_009_009],
    ['PUT', '/product/202309/products/1729352000000000000', 36_009_010],
    ['DELETE', '/product/202309/products/1729352000000000000', 36_009_010],
    ['POST', '/product/202309/products/1729352000000000000/inventory/update', 36_009_009],
    ['POST', '/product/202309/products/deactivate', 36_009_009],
    ['PUT', '/order/202309/orders/search', 36_009_010],
    ['POST', '/fulfillment/202309/packages/1153352000000536365/ship', 36_009_009],
    ['POST', '/fulfillment/202309/orders/576352000000536365/split', 36_009_009],
    ['POST', '/return_refund/202309/cancellations', 36_009_009],
    ['POST', '/return_refund/202309/returns/576352000000536365/approve', 36_009_009],
    ['POST', '/finance/202309/statements', 36_009_010],
    ['PUT', '/event/202309/webhooks', 36_009_009],
    ['GET', '/event/202309/webhooks', 36_009_009],
    ['GET', '/analytics/202509/shop/performance', 36_009_009],
    ['GET', '/finance/202309/orders/576352000000536365/statement_transactions', 36_009_014],
    ['POST', '/order/202407/orders/search', 36_009_014],
  ])('has nothing that writes, and no other version: %s %s (TS8, TS10)', async (...of) => {
    const [method, path, code] = of;

    const reply = await shop.call(path, { method, ...(method === 'GET' ? {} : { body: {} }) });

    expect(reply.body).toMatchObject({ code, data: null });
  });

  it.each([
    ['GET', '/order/202309/orders', { ids: '576352000000536365' }],
    ['POST', '/product/202309/products/search', PAGE],
    ['POST', '/product/202312/products/search', PAGE],
  ])('answers the older %s %s as the newer one, and no reader is blamed', async (...of) => {
    const [method, path, query] = of;
    await sandbox.control.remove('/control/calls');

    const reply = await shop.call(path, {
      method,
      query,
      ...(method === 'GET' ? {} : { body: {} }),
    });

    expect(reply.body.code).toBe(0);
    expect(await sandbox.control.get('/control/calls')).toMatchObject({ total: 1, violations: 0 });
  });

  it('answers the same codes with 200 where the mode says so, and 429 still as 429', async () => {
    await sandbox.control.post('/control/modes', { status: 'always-200' });
    for (const [, code, , make] of cases) {
      const [path, options] = make(await sandbox.control.nowS());

      expect(await shop.call(path, options)).toMatchObject({ status: 200, body: { code } });
    }
    await sandbox.control.post('/control/faults', { kind: 'rate_limit', match: 'orders/search' });

    expect(await shop.call(SEARCH, { body: {}, query: PAGE })).toMatchObject({
      status: 429,
      body: { code: 36_009_002 },
    });
    await sandbox.control.post('/control/modes', { status: 'documented' });
  });

  it('accepts a timestamp at both ends of the window', async () => {
    const now = await sandbox.control.nowS();
    for (const timestamp of [now - 300, now + 30]) {
      const query = { ...PAGE, timestamp: String(timestamp) };

      expect((await shop.call(SEARCH, { body: {}, query })).body.code).toBe(0);
    }
  });

  it('refuses the signatures that wrong clients make (N1, N2, N3)', async () => {
    const timestamp = String(await sandbox.control.nowS());
    const query = { app_key: '29a39d', shop_cipher: shop.cipher, timestamp, ...PAGE };
    const sent = '{"update_time_ge":1,"update_time_lt":2}';
    const wrongSigns = [
      signAs(APP_SECRET, SEARCH, query, '{"update_time_ge": 1,"update_time_lt":2}'),
      signAs(APP_SECRET, SEARCH, query, '{"update_time_lt":2,"update_time_ge":1}'),
    ];
    for (const sign of wrongSigns) {
      const reply = await shop.call(SEARCH, { body: sent, query: { ...query, sign } });

      expect(reply).toMatchObject({ status: 401, body: { code: 106_001 } });
    }
    const first = await shop.call(SEARCH, { body: {}, query: PAGE });
    const token = String(first.body.data?.['next_page_token']);
    expect(token).toMatch(/[+/].*==$/);
    const encoded = { ...query, page_token: encodeURIComponent(token) };
    const sign = signAs(APP_SECRET, SEARCH, encoded, '{}');
    const paged = { ...query, page_token: token };

    const wrong = await shop.call(SEARCH, { body: {}, query: { ...paged, sign } });
    const right = await shop.call(SEARCH, { body: {}, query: paged });

    expect(wrong).toMatchObject({ status: 401, body: { code: 106_001 } });
    expect(right.body.code).toBe(0);
  });

  it('answers for scopes before it counts calls or reads parameters', async () => {
    const narrow = await connect(sandbox, 'retail', ['seller.authorization.info']);

    const reply = await narrow.call(SEARCH, { body: {} });

    expect(reply).toMatchObject({ status: 401, body: { code: 105_005 } });
  });

  it('has nothing for returns and cancellations, and that only where it is granted', async () => {
    const path = '/return_refund/202309/returns/search';
    const wide = await connect(sandbox, 'retail', [
      'seller.authorization.info',
      'seller.return_refund.basic',
    ]);

    expect((await shop.call(path, { body: {} })).body.code).toBe(105_005);
    expect((await wide.call(path, { body: {} })).body).toMatchObject({
      code: 0,
      data: { return_orders: [], total_count: 0 },
    });
  });

  it('limits calls of one shop and says how long to wait on every second refusal', async () => {
    await sandbox.control.post('/control/modes', { rate_limit_rps: 0.2, rate_limit_burst: 2 });
    const replies = [];
    for (let call = 0; call < 6; call++) {
      replies.push(await shop.call(SEARCH, { body: {}, query: PAGE }));
    }
    const elsewhere = await other.call(SEARCH, { body: {}, query: PAGE });
    await sandbox.control.post('/control/modes', { rate_limit_rps: 0, rate_limit_burst: 40 });

    expect(replies.map(({ status }) => status)).toEqual([200, 200, 429, 429, 429, 429]);
    expect(replies.slice(2).map(({ headers }) => headers.has('retry-after'))).toEqual([
      false,
      true,
      false,
      true,
    ]);
    expect(elsewhere.status).toBe(200);
  });
});

describe('paging', () => {
  let sandbox: OpenSandbox;
  let shop: Connection;

  beforeAll(async () => {
    sandbox = await openSandbox();
    shop = await connect(sandbox);
  });
  afterAll(() => sandbox.stop());

  const search = (query: Record<string, string>, body: unknown = {}) =>
    shop.call(SEARCH, { query, body });

  it.each([
    [SEARCH, 'POST', {}, ['0', '101', '1.5', 'x', undefined], ['1', '100']],
    ['/product/202502/products/search', 'POST', {}, ['0', '101', undefined], ['1', '100']],
    [
      '/finance/202309/statements',
      'GET',
      { sort_field: 'statement_time' },
      ['0', '101'],
      ['1', '100'],
    ],
    [
      '/finance/202309/payments',
      'GET',
      { sort_field: 'create_time' },
      ['0', '101'],
      ['1', '100', undefined],
    ],
    ['/finance/202507/orders/unsettled', 'GET', {}, ['0', '101'], ['1', '100', undefined]],
  ])('keeps %s within its page sizes', async (path, method, query, refused, accepted) => {
    const codeOf = async (size: string | undefined): Promise<number> => {
      const paged = size === undefined ? query : { ...query, page_size: size };
      const options = { method, query: paged };
      return (await shop.call(path, method === 'POST' ? { ...options, body: {} } : options)).body
        .code;
    };

    for (const size of refused) {
      expect([size, await codeOf(size)]).toEqual([size, 98_001_004]);
    }
    for (const size of accepted) {
      expect([size, await codeOf(size)]).toEqual([size, 0]);
    }
  });

  it('binds a token to path, filters and sort, but not to the page size', async () => {
    const body = { create_time_ge: 1 };
    const { body: first } = await search(PAGE, body);
    const token = { page_token: String(first.data?.['next_page_token']) };

    const same = await search({ page_size: '20', ...token }, body);
    const refused = await Promise.all([
      search({ ...PAGE, ...token }, { create_time_ge: 2 }),
      search({ ...PAGE, ...token, sort_order: 'ASC' }, body),
      search({ ...PAGE, page_token: 'b2Zmc2V0PTAK' }, body),
      shop.call('/product/202502/products/search', { query: { ...PAGE, ...token }, body }),
    ]);

    expect(same.body.code).toBe(0);
    expect(refused.map((reply) => reply.body.code)).toEqual(Array(4).fill(98_001_004));
  });

  it('ends with an empty token, or without one where the mode says so', async () => {
    const all = { page_size: '100', sort_order: 'ASC' };
    const none = { create_time_ge: 9_999_999_999 };

    const empty = await search(all, none);
    await sandbox.control.post('/control/modes', { last_page_token: 'absent' });
    const absent = await search(all, none);
    await sandbox.control.post('/control/modes', { last_page_token: 'empty' });

    expect(empty.body.data).toMatchObject({ orders: [], next_page_token: '', total_count: 0 });
    expect(absent.body.data).not.toHaveProperty('next_page_token');
  });

  it('reads order windows half-open and product windows closed', async () => {
    const { body } = await search({ page_size: '1', sort_order: 'ASC' });
    const first = (body.data?.['orders'] as { create_time: number }[])[0]!;
    const at = first.create_time;
    const orders = async (filter: object): Promise<number> =>
      Number((await search(PAGE, filter)).body.data?.['total_count']);
    const products = async (filter: object): Promise<number> => {
      const path = '/product/202502/products/search';
      const reply = await shop.call(path, { query: PAGE, body: filter });
      return Number(reply.body.data?.['total_count']);
    };

    expect(await orders({ create_time_ge: at, create_time_lt: at })).toBe(0);
    expect(await orders({ create_time_ge: at, create_time_lt: at + 1 })).toBeGreaterThan(0);
    const created = at - 86_400;
    expect(await products({ create_time_ge: created, create_time_le: created })).toBeGreaterThan(0);
    expect(await products({ create_time_le: created - 1 })).toBe(0);
  });

  it('sprinkles unknown fields over one answer in ten, unless it is switched off', async () => {
    const seen = async (): Promise<number> => {
      const replies = await Promise.all(
        Array.from({ length: 200 }, () => search({ page_size: '1' })),
      );
      return replies.filter(({ text }) => text.includes('x_sandbox_unknown_')).length;
    };

    expect(await seen()).toBeGreaterThan(0);
    await sandbox.control.post('/control/modes', { unknown_fields: false });
    expect(await seen()).toBe(0);
  });
});
