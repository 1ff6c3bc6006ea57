import { afterEach, describe, expect, it } from '@jest/globals';
import { usageEvent } from '@tokometrics/contracts';
import { DEVICE_COOKIE, SESSION_COOKIE } from '../domain/cookies.ts';
import { csrfToken } from '../domain/csrf.ts';
import { CSRF_KEY, ORIGIN, startEdge, startUpstream, TOKEN } from './edge.fixture.ts';

const ACCOUNT = '01J8Z3K4M5N6P7Q8R9S0T1V2W3';
const DEVICE = 'D'.repeat(43);
const FIREFOX =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0';
const passport = {
  ...{ passport: 'the.pass.port', sessionId: 'sid', accountId: ACCOUNT, merchantId: ACCOUNT },
  ...{ freshUntil: null, expiresAt: '2026-11-25T10:00:00Z' },
};

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) {
    await stop();
  }
});

async function setup() {
  const upstream = await startUpstream(() => [200, passport]);
  const edge = await startEdge(upstream.url);
  stops.push(async () => {
    await edge.stop();
    upstream.server.close();
    upstream.server.closeAllConnections();
  });
  const tell = (events: unknown[], cookie = `${SESSION_COOKIE}=${TOKEN}`) =>
    fetch(`${edge.url}/api/v1/usage`, {
      method: 'POST',
      headers: {
        ...{ 'content-type': 'application/json', origin: ORIGIN, cookie },
        ...{ 'x-csrf-token': csrfToken(CSRF_KEY, TOKEN), 'user-agent': FIREFOX },
      },
      body: JSON.stringify({ events }),
    });
  return { tell, usage: edge.usage };
}

const visit = (change: object = {}) => ({
  ...{ page: '/overview', enteredAt: new Date().toISOString(), seconds: 12 },
  ...change,
});

describe('POST /usage', () => {
  it('records what the policy names, and nothing more', async () => {
    const { tell, usage } = await setup();

    const answer = await tell(
      [visit(), visit({ page: '/orders/$orderId', feature: 'proof', seconds: 0 })],
      `${SESSION_COOKIE}=${TOKEN}; ${DEVICE_COOKIE}=${DEVICE}`,
    );

    expect(answer.status).toBe(204);
    expect(usage).toMatchObject([
      { accountId: ACCOUNT, page: '/overview', feature: null, seconds: 12 },
      { page: '/orders/$orderId', feature: 'proof' },
    ]);
    const [first] = usage.map((event) => usageEvent.parse(event));
    expect(first).toMatchObject({ browser: 'Firefox', os: 'macOS', network: '127.0.0.0/24' });
    expect(first?.deviceHash).toMatch(/^[0-9a-f]{32}$/);
    for (const secret of [TOKEN, DEVICE, '10.15', 'sid', '127.0.0.1']) {
      expect(JSON.stringify(usage)).not.toContain(secret);
    }
  });

  it('puts the time of a clock that is wrong within the last day', async () => {
    const { tell, usage } = await setup();

    await tell(
      ['2030-01-01T00:00:00Z', '2001-01-01T00:00:00Z'].map((enteredAt) => visit({ enteredAt })),
    );

    const ages = usage.map(({ at }) => Math.round((Date.now() - Date.parse(at)) / 3_600_000));
    expect(ages).toEqual([0, 24]);
  });

  it.each([
    ['a path as it was typed', visit({ page: '/orders/576352000000536365' })],
    ['a query', visit({ page: '/overview?shop=1' })],
    ['another member', visit({ email: 'person@merchant.test' })],
    ['a day and a second', visit({ seconds: 86_401 })],
    ['a feature that is none', visit({ feature: 'everything' })],
  ])('refuses %s', async (_what, event) => {
    const { tell, usage } = await setup();

    expect((await tell([event])).status).toBe(400);
    expect(usage).toEqual([]);
  });

  it('takes nothing from who is not signed in', async () => {
    const { tell, usage } = await setup();

    expect((await tell([visit()], '')).status).toBe(401);
    expect(usage).toEqual([]);
  });
});
