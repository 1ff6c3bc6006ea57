import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, openSandbox } from './sandbox.test-support.ts';
import type { Connection, OpenSandbox } from './sandbox.test-support.ts';

const SEARCH = '/order/202309/orders/search';
const PAGE = { page_size: '10' };

describe('the log of calls', () => {
  let sandbox: OpenSandbox;
  let shop: Connection;

  beforeAll(async () => {
    sandbox = await openSandbox();
    shop = await connect(sandbox);
  });
  afterAll(() => sandbox.stop());

  it('tells every call with its template, and those no reader needs as violations', async () => {
    await sandbox.control.remove('/control/calls');
    await shop.call(SEARCH, { body: { curious: true }, query: PAGE });
    await shop.call('/order/202407/orders/576352000000536365/price_detail');
    await shop.call('/order/202309/nothing');
    await shop.call(SEARCH, { body: { curious: 'x'.repeat(9_000) }, query: PAGE });

    const log = await sandbox.control.get('/control/calls');

    expect(log).toMatchObject({
      total: 4,
      violations: 2,
      calls: [
        {
          method: 'POST',
          path: SEARCH,
          target: `${SEARCH}?${new URLSearchParams(PAGE).toString()}`,
          body: '{"curious":true}',
          shop: '7495000000000000352',
          scope: 'seller.order.info',
          code: 0,
          status: 200,
          isViolation: false,
          undocumented: ['curious'],
        },
        {
          path: '/order/202407/orders/{order_id}/price_detail',
          target: '/order/202407/orders/576352000000536365/price_detail',
          body: '',
          ...{ code: 0, isViolation: true },
        },
        { path: '/order/202309/nothing', code: 36_009_009, status: 404, isViolation: true },
        { path: SEARCH, target: expect.stringContaining('page_size'), code: 0 },
      ],
    });
    expect(JSON.stringify(log)).not.toMatch(/xxxx|sign=|app_key|timestamp|shop_cipher/);
    expect(JSON.stringify(log)).not.toContain(shop.accessToken);
    expect(sandbox.log.text()).not.toContain(shop.accessToken);
  });
});
