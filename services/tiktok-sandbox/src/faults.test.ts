import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { FAULT_NAMES, faultReply } from './domain/fault-table.ts';
import {
  APP_KEY,
  APP_SECRET,
  connect,
  openSandbox,
  type Connection,
  type OpenSandbox,
  type Reply,
} from './sandbox.test-support.ts';

const SEARCH = '/order/202309/orders/search';

describe('faults on purpose', () => {
  let sandbox: OpenSandbox;
  let shop: Connection;

  beforeAll(async () => {
    sandbox = await openSandbox();
    shop = await connect(sandbox);
  });
  afterEach(() => sandbox.control.remove('/control/faults'));
  afterAll(() => sandbox.stop());

  const order = (fault: Record<string, unknown>): Promise<unknown> =>
    sandbox.control.post('/control/faults', fault);
  const search = (query: Record<string, string> = {}): Promise<Reply> =>
    shop.call(SEARCH, { query: { page_size: '50', ...query }, body: {} });

  it.each([
    ['rate_limit', 429, 36_009_002],
    ['rate_limit_retry_after', 429, 36_009_002],
    ['internal', 500, 36_009_003],
    ['timeout', 504, 36_009_007],
  ])('answers %s with %i', async (kind, status, code) => {
    await order({ kind, match: 'orders/search', retry_after_s: 7 });

    const struck = await search();

    expect(struck).toMatchObject({ status, body: { code, data: null } });
    expect(struck.headers.get('retry-after')).toBe(kind === 'rate_limit_retry_after' ? '7' : null);
    expect((await search()).body.code).toBe(0);
  });

  it.each(FAULT_NAMES)('answers %s of the table of errors by name', async (name) => {
    await order({ kind: 'answer', name, match: 'orders/search' });
    const { code, status } = faultReply(name);

    expect(await search()).toMatchObject({ status, body: { code, data: null } });
  });

  it('lets calls pass first, strikes as often as it was told, and only where it was told', async () => {
    await order({ kind: 'internal', match: 'orders/search', after: 2, count: 2 });

    const statuses = [];
    for (let call = 0; call < 5; call++) {
      statuses.push((await search()).status);
    }
    await order({ kind: 'internal', match: 'finance' });
    statuses.push((await search()).status);

    expect(statuses).toEqual([200, 200, 500, 500, 200, 200]);
  });

  it('strikes pages of one size, and counts no others', async () => {
    await order({ kind: 'internal', match: 'orders/search', page_size: 50, after: 1 });

    const statuses = [];
    for (const page_size of ['1', '50', '1', '50', '50']) {
      statuses.push((await search({ page_size })).status);
    }

    expect(statuses).toEqual([200, 200, 200, 500, 200]);
  });

  it('cuts the JSON in a whole answer', async () => {
    await order({ kind: 'truncated_json' });

    const { status, text } = await search();

    expect(status).toBe(200);
    expect(text).toMatch(/^\{"code":0/);
    expect(() => JSON.parse(text) as unknown).toThrow();
  });

  it('answers HTML with 503', async () => {
    await order({ kind: 'html_503' });

    const { status, text, headers } = await search();

    expect([status, headers.get('content-type')?.split(';')[0]]).toEqual([503, 'text/html']);
    expect(text).toContain('<html>');
  });

  it('drops the connection after the call was done', async () => {
    await order({ kind: 'drop' });

    await expect(search()).rejects.toThrow('fetch failed');
  });

  it('is slow', async () => {
    await order({ kind: 'slow', delay_ms: 300 });
    const began = performance.now();

    await search();

    expect(performance.now() - began).toBeGreaterThan(290);
  });

  it('refuses a good clock as a bad one', async () => {
    await order({ kind: 'clock_skew', skew_s: 600 });

    const { body } = await search();

    expect(body.code).toBe(36_009_004);
    expect(body.message).toContain('timestamp');
  });

  it('lets a token expire between two pages, for good', async () => {
    const { body: first } = await search();
    await order({ kind: 'expired_token' });

    const next = () => search({ page_token: String(first.data?.['next_page_token']) });

    expect(await next()).toMatchObject({ status: 401, body: { code: 105_002 } });
    expect((await next()).body.code).toBe(105_002);
    const { body } = await sandbox.token('/api/v2/token/refresh', {
      app_key: APP_KEY,
      app_secret: APP_SECRET,
      refresh_token: shop.refreshToken,
      grant_type: 'refresh_token',
    });
    shop = await connect(sandbox);
    expect(body.code).toBe(0);
    expect((await next()).body.code).toBe(0);
  });

  it('never ends, with ever new tokens or with one and the same', async () => {
    const follow = async (kind: string): Promise<string[]> => {
      await order({ kind, match: 'orders/search', count: 30 });
      const tokens: string[] = [];
      for (let page = 0; page < 15; page++) {
        const token = tokens.at(-1);
        const { body } = await search({
          ...(token === undefined ? {} : { page_token: token }),
        });
        tokens.push(String(body.data?.['next_page_token']));
        await sandbox.control.post('/control/clock', { advance_s: 1 });
      }
      await sandbox.control.remove('/control/faults');
      return tokens;
    };

    const endless = await follow('endless_page_token');
    const repeated = await follow('repeated_page_token');

    expect(new Set(endless).size).toBe(15);
    expect(new Set(repeated).size).toBe(1);
  });

  it('strikes the token host too: the pair is made and its answer is lost', async () => {
    await order({ kind: 'drop', match: 'token/refresh' });
    const ask = () =>
      sandbox.token('/api/v2/token/refresh', {
        app_key: APP_KEY,
        app_secret: APP_SECRET,
        refresh_token: shop.refreshToken,
        grant_type: 'refresh_token',
      });

    await expect(ask()).rejects.toThrow('fetch failed');

    expect((await ask()).body.code).toBe(36_004_005);
  });
});
