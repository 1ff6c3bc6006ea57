import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  APP_KEY,
  APP_SECRET,
  connect,
  openSandbox,
  type OpenSandbox,
  type Reply,
} from './sandbox.test-support.ts';

const DAY_S = 86_400;
const SHOPS = '/authorization/202309/shops';

let sandbox: OpenSandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
});
afterAll(() => sandbox.stop());

const app = { app_key: APP_KEY, app_secret: APP_SECRET };
const redeem = (code: string, more: Record<string, string> = {}): Promise<Reply> =>
  sandbox.token('/api/v2/token/get', {
    ...app,
    auth_code: code,
    grant_type: 'authorized_code',
    ...more,
  });
const refresh = (token: string, more: Record<string, string> = {}): Promise<Reply> =>
  sandbox.token('/api/v2/token/refresh', {
    ...app,
    refresh_token: token,
    grant_type: 'refresh_token',
    ...more,
  });
const advance = (seconds: number): Promise<unknown> =>
  sandbox.control.post('/control/clock', { advance_s: seconds });
const newCode = async (seller = 'retail'): Promise<string> =>
  String((await sandbox.control.post('/control/grants', { seller })).body['code']);

describe('the authorize page', () => {
  const authorize = (query: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${sandbox.apiUrl}/open/authorize${query}`, { redirect: 'manual', ...init });
  const decide = async (form: Record<string, string>): Promise<URL> => {
    const response = await authorize('', { method: 'POST', body: new URLSearchParams(form) });
    return new URL(response.headers.get('location') ?? 'http://none.invalid');
  };

  it.each(['?service_id=7001&state=abc', '?app_key=29a39d'])('opens for %s', async (query) => {
    const response = await authorize(query);
    const html = await response.text();

    expect(response.status).toBe(200);
    expect(html).toContain('Approve');
    expect(html).toContain('Toko Sintetis and Synthetic Supply (synthetic data)');
  });

  it.each(['', '?service_id=1', '?service_id=7001&app_key=other'])(
    'refuses the app of "%s"',
    async (query) => {
      expect((await authorize(query)).status).toBe(400);
    },
  );

  it('shows no markup that a link brought along', async () => {
    const html = await (await authorize('?service_id=7001&state=%22%3E%3Cscript%3E')).text();

    expect(html).not.toContain('<script>');
  });

  it('sends an approval back with a code, the region and the state', async () => {
    const target = await decide({
      service_id: '7001',
      state: 'st/+=',
      seller: 'synthetic',
      scope: 'seller.order.info',
      decision: 'approve',
    });
    const code = target.searchParams.get('code') ?? '';
    const { body } = await redeem(code);

    expect(Object.fromEntries(target.searchParams)).toEqual({
      app_key: APP_KEY,
      code: expect.stringMatching(/^ROW_/),
      locale: 'en',
      shop_region: 'ID',
      state: 'st/+=',
    });
    expect(body.data).toMatchObject({ granted_scopes: ['seller.order.info'] });
  });

  it('sends a denial back as the text null and an error', async () => {
    const target = await decide({ service_id: '7001', state: 's', decision: 'deny' });

    expect(Object.fromEntries(target.searchParams)).toEqual({
      code: 'null',
      error: 'auth_denied',
      state: 's',
    });
  });
});

describe('tokens', () => {
  it('come once for a code, with their absolute ends', async () => {
    const code = await newCode();
    const now = await sandbox.control.nowS();

    const first = await redeem(code);
    const second = await redeem(code);

    expect(first).toMatchObject({
      status: 200,
      body: {
        code: 0,
        message: 'success',
        data: {
          access_token: expect.stringMatching(/^GCP_[\w-]{136}$/),
          access_token_expire_in: now + 7 * DAY_S,
          refresh_token: expect.stringMatching(/^GCP_[\w-]{136}$/),
          refresh_token_expire_in: now + 365 * DAY_S,
          seller_base_region: 'GB',
          seller_name: 'Piicanary Seller',
          user_type: 0,
        },
      },
    });
    expect(second).toMatchObject({ status: 200, body: { code: 36_004_004, data: null } });
  });

  it('do not come for a code of 30 minutes ago', async () => {
    const code = await newCode();
    await advance(30 * 60);

    expect((await redeem(code)).body.code).toBe(36_004_004);
  });

  it.each([
    ['another secret', { app_secret: 'no' }],
    ['another app', { app_key: 'no' }],
    ['the usual spelling of the grant type', { grant_type: 'authorization_code' }],
  ])('do not come for %s', async (_name, more) => {
    expect(await redeem(await newCode(), more)).toMatchObject({
      status: 200,
      body: { code: 98_001_004 },
    });
  });

  it('rotate: the old refresh token is dead, the old access token lives on', async () => {
    const shop = await connect(sandbox);

    const { body } = await refresh(shop.refreshToken);

    expect(body.code).toBe(0);
    expect((await refresh(shop.refreshToken)).body.code).toBe(36_004_005);
    expect((await sandbox.call(SHOPS, { token: shop.accessToken })).body.code).toBe(0);
    expect(
      (await sandbox.call(SHOPS, { token: String(body.data?.['access_token']) })).body.code,
    ).toBe(0);
    expect(
      (await refresh(String(body.data?.['refresh_token']), { grant_type: 'authorized_code' })).body
        .code,
    ).toBe(98_001_004);
  });

  it('end after 7 days and after a year', async () => {
    const shop = await connect(sandbox);
    await advance(7 * DAY_S - 1);
    expect((await sandbox.call(SHOPS, { token: shop.accessToken })).body.code).toBe(0);

    await advance(1);

    expect(await sandbox.call(SHOPS, { token: shop.accessToken })).toMatchObject({
      status: 401,
      body: { code: 105_002 },
    });
    await advance(358 * DAY_S);
    expect((await refresh(shop.refreshToken)).body.code).toBe(36_004_001);
  });

  it('may never end, past what 31 bits hold', async () => {
    await sandbox.control.post('/control/modes', { refresh_expiry: 'never' });

    const { body } = await redeem(await newCode());

    expect(Number(body.data?.['refresh_token_expire_in'])).toBeGreaterThan(2 ** 31);
  });
});

describe('the seller of two shops', () => {
  it('grants both at once: one pair of tokens, a cipher for each (TS17)', async () => {
    const shop = await connect(sandbox, 'synthetic');

    const { body } = await sandbox.call(SHOPS, { token: shop.accessToken });

    expect(shop.accessToken).toMatch(/^ROW_/);
    expect(body.data).toMatchObject({
      shops: [
        {
          id: '7495000000000000062',
          code: 'IDSYN000062',
          name: 'Toko Sintetis (synthetic data)',
          region: 'ID',
          seller_type: 'LOCAL',
          cipher: expect.stringMatching(/^ROW_[\w-]{32}$/),
        },
        {
          id: '7495000000000000001',
          code: 'USSYN000001',
          name: 'Synthetic Supply (synthetic data)',
          region: 'US',
          seller_type: 'LOCAL',
          cipher: expect.stringMatching(/^TTP_[\w-]{32}$/),
        },
      ],
    });
  });
});

describe('revoking a shop', () => {
  it('takes it out of every list, and with the last shop of a grant its tokens end', async () => {
    const shop = await connect(sandbox, 'synthetic');
    const search = (cipher = shop.cipher) =>
      shop.call('/order/202309/orders/search', {
        query: { page_size: '1', shop_cipher: cipher },
        body: {},
      });
    const listed = async (path: string): Promise<Record<string, string>[]> => {
      const { body } = await sandbox.call(path, { token: shop.accessToken });
      return (body.data?.['shops'] ?? []) as Record<string, string>[];
    };
    const [, other] = await listed(SHOPS);
    expect((await search()).body.code).toBe(0);

    await sandbox.control.post('/control/shops/id/revoke', { webhook: 'lost' });

    expect(await search()).toMatchObject({ status: 400, body: { code: 101_000 } });
    expect((await search(other?.['cipher'])).body.code).toBe(0);
    expect((await listed(SHOPS)).map(({ region }) => region)).toEqual(['US']);
    expect((await listed('/seller/202309/shops')).map(({ region }) => region)).toEqual(['US']);

    await sandbox.control.post('/control/shops/us/revoke', { webhook: 'lost' });

    expect(await search()).toMatchObject({ status: 401, body: { code: 36_009_004 } });
    expect((await search()).body.message).toContain('x-tts-access-token');
    expect((await refresh(shop.refreshToken)).body.code).toBe(36_004_005);
  });

  it('is what the one DELETE does', async () => {
    const shop = await connect(sandbox);

    const reply = await shop.call('/authorization/202403/shops', { method: 'DELETE' });

    expect(reply.body).toMatchObject({ code: 0, data: {} });
    expect((await refresh(shop.refreshToken)).body.code).toBe(36_004_005);
    expect((await sandbox.call(SHOPS, { token: shop.accessToken })).body.code).toBe(36_009_004);
  });

  it('leaves a later authorization alone', async () => {
    await sandbox.control.post('/control/shops/retail/revoke');

    const shop = await connect(sandbox);

    expect((await sandbox.call(SHOPS, { token: shop.accessToken })).body.data).toMatchObject({
      shops: [{ id: '7495000000000000352', region: 'GB', code: 'GBUCI000352' }],
    });
  });
});
