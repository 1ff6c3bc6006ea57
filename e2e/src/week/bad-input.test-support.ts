import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { connectResult, problem } from '@tokometrics/contracts';
import { eventually } from '@tokometrics/testkit';
import { RETAIL } from '../support/demo-merchant.ts';
import { differences, wholeSpan } from '../support/exactness.ts';
import { readExpected } from '../support/expected.ts';
import { Merchant } from '../support/merchant.ts';
import type { Answer } from '../support/merchant.ts';
import { registerMerchant } from '../support/register-merchant.ts';
import { ACCEPTANCE_NOW } from '../support/start-system.ts';
import { merchant, shopKey, system } from './week.fixture.ts';

/** Sent in every place where input is wrong; no answer and no log may repeat it. */
const NEEDLE = 'needle5f1c9e';
const noShop = '01JAAAAAAAAAAAAAAAAAAAAAAA';

const answers: Answer[] = [];

/** What the dashboard goes by. Any 5xx here is a bug. */
async function refusal(asked: Promise<Answer>): Promise<(number | string)[]> {
  const answer = await asked;
  answers.push(answer);
  const said = problem.parse(answer.body);
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(said.status).toBe(answer.status);
  expect(said.type).toBe(`/problems/${said.code}`);
  return [answer.status, said.code, ...(said.reason === undefined ? [] : [said.reason])];
}

describe('questions that are wrong', () => {
  it.each([
    ['is in the future', 'from=2027-01-01&to=2027-02-01', 'range.invalid'],
    ['ends before it begins', 'from=2026-11-20&to=2026-11-10', 'range.invalid'],
    ['has no days', 'from=2026-11-20&to=2026-11-20', 'range.invalid'],
    ['is given twice', 'from=2026-11-01&to=2026-11-20&range=28d', 'range.invalid'],
    ['has no end', 'from=2026-11-01', 'range.invalid'],
    ['is longer than two years', 'from=2023-01-01&to=2026-11-01', 'range.invalid'],
    ['has too many hours', 'from=2025-01-01&to=2026-11-01&grain=hour', 'query.too_large'],
  ])('refuses a range that %s', async (_what, range, reason) => {
    for (const path of ['/metrics/overview', '/metrics/products']) {
      const asked = merchant.call('GET', `${path}?shop=${shopKey}&${range}`);

      expect([path, await refusal(asked)]).toEqual([path, [422, 'request.unacceptable', reason]]);
    }
  });

  it('answers days beyond retention with no value and a reason, which is not an error', async () => {
    const query = `shop=${shopKey}&from=2024-10-01&to=2024-10-20&compare=none`;
    const { status, body } = await merchant.call('GET', `/metrics/overview?${query}`);

    expect(status).toBe(200);
    expect(body).toMatchObject({
      main: { current: { value: null, reason: 'beyond_retention' } },
    });
  });

  it.each([
    ['an unknown parameter', `/orders?shop=SHOP&surprise=${NEEDLE}`],
    ['a parameter given twice', `/orders?shop=SHOP&status=${NEEDLE}&status=b`],
    ['a day that no calendar has', '/orders?shop=SHOP&from=2026-02-30&to=2026-03-02'],
    ['a metric that nobody knows', `/metrics/overview?shop=SHOP&metric=${NEEDLE}`],
    ['a key that is no key', `/metrics/overview?shop=${NEEDLE}`],
    ['a search that is no number', `/orders?shop=SHOP&q=${NEEDLE}`],
    ['a limit of nothing', '/orders?shop=SHOP&limit=0'],
  ])('refuses %s', async (_what, path) => {
    const asked = merchant.call('GET', path.replace('SHOP', shopKey));

    expect(await refusal(asked)).toEqual([400, 'request.invalid']);
  });

  it('refuses a cursor that it did not give, and one of another question', async () => {
    const first = await merchant.call('GET', `/orders?shop=${shopKey}&range=28d&limit=5`);
    const { nextCursor } = first.body as { nextCursor: string };
    const other = `/orders?shop=${shopKey}&range=91d&limit=5&cursor=${encodeURIComponent(nextCursor)}`;

    for (const path of [other, `/orders?shop=${shopKey}&cursor=${NEEDLE}`]) {
      expect(await refusal(merchant.call('GET', path))).toEqual([
        400,
        'request.invalid',
        'cursor.invalid',
      ]);
    }
  });

  it('answers 404 for shops, orders and requests that are not there', async () => {
    for (const path of [
      `/shops/${noShop}`,
      `/metrics/today?shop=${noShop}`,
      `/orders/999999999999999999?shop=${shopKey}`,
      `/privacy/requests/${noShop}`,
      `/shops/connect/${noShop}`,
      '/no/such/route',
    ]) {
      expect([path, await refusal(merchant.call('GET', path))]).toEqual([
        path,
        [404, 'resource.not_found'],
      ]);
    }
  });
});

describe('what is sent wrong', () => {
  it('refuses bodies that are too large, not JSON, of another shape or another type', async () => {
    const send = (body: string, headers = {}) =>
      refusal(merchant.send('POST', '/shops/connect', { body, headers }));
    const large = JSON.stringify({ region: 'GB', timezone: 'x'.repeat(10_000_000) });

    expect(await send(large)).toEqual([413, 'request.too_large']);
    expect(await send(`{"region":"GB","timezone":"${NEEDLE}`)).toEqual([400, 'request.invalid']);
    expect(await send(`["${NEEDLE}"]`)).toEqual([400, 'request.invalid']);
    expect(await send(`{"region":"GB","timezone":"Europe/London","surprise":"${NEEDLE}"}`)).toEqual(
      [400, 'request.invalid'],
    );
    expect(await send(`{"region":"GB","timezone":"Mars/${NEEDLE}"}`)).toEqual([
      422,
      'request.unacceptable',
      'zone.invalid',
    ]);
  });

  it('refuses what another page could send', async () => {
    const body = '{"region":"GB","timezone":"Europe/London"}';
    const send = (headers: Record<string, string>) =>
      refusal(merchant.send('POST', '/shops/connect', { body, headers }));

    for (const headers of [
      { origin: 'https://evil.test' },
      { 'x-csrf-token': NEEDLE },
      { 'content-type': 'text/plain' },
      { 'sec-fetch-site': 'cross-site' },
    ]) {
      expect([headers, await send(headers)]).toEqual([
        headers,
        [403, 'auth.forbidden', 'csrf.rejected'],
      ]);
    }
  });

  it('refuses who is not signed in, and a wrong password, in the same words for all', async () => {
    const stranger = new Merchant(system.publicUrl);
    const login = (email: string) =>
      refusal(stranger.call('POST', '/auth/login', { email, password: NEEDLE, remember: false }));

    expect(await refusal(stranger.call('GET', `/orders?shop=${shopKey}`))).toEqual([
      401,
      'auth.required',
    ]);
    expect(await login(system.stack.credentials.demoEmail)).toEqual([
      401,
      'auth.required',
      'auth.failed',
    ]);
    expect(await login('nobody@merchant.test')).toEqual([401, 'auth.required', 'auth.failed']);
  });
});

describe('ways to TikTok that end elsewhere', () => {
  it('refuses a return from TikTok with a wrong, a used and a foreign state', async () => {
    await merchant.reauthenticate(system.stack.credentials.demoPassword);
    const { back } = await merchant.authorize({ ...RETAIL, decision: 'deny' });
    const other = await registerMerchant(system, 'other@merchant.test', 'a long and quiet phrase');
    const stateInvalid = [400, 'request.invalid', 'oauth.state_invalid'];

    expect(
      await refusal(merchant.call('GET', `/shops/callback?code=${NEEDLE}&state=${NEEDLE}`)),
    ).toEqual(stateInvalid);
    expect(await refusal(other.call('GET', back))).toEqual(stateInvalid);
    expect((await merchant.call('GET', back)).status).toBe(303);
    expect(await refusal(merchant.call('GET', back))).toEqual(stateInvalid);
  });

  it('says so when the person denies, or grants less than is needed', async () => {
    const denied = await merchant.authorize({ ...RETAIL, decision: 'deny' });
    await merchant.call('GET', denied.back);
    const partly = await merchant.authorize({
      ...RETAIL,
      scopes: ['seller.authorization.info', 'seller.shop.info'],
    });
    await merchant.call('GET', partly.back);
    const outcome = async ({ connectId }: { connectId: string }) => {
      const { state, reason } = await merchant.get(`/shops/connect/${connectId}`, connectResult);
      return [state, reason];
    };

    expect(await outcome(denied)).toEqual(['denied', 'oauth.denied']);
    expect(await outcome(partly)).toEqual(['failed', 'shop.scope_missing']);
  });

  it('shows the shop as waiting for its owner when TikTok takes the permission back', async () => {
    await system.control.post('/shops/retail/revoke', { webhook: 'lost' });

    await eventually(
      async () => {
        expect((await merchant.shops()).map(({ status }) => status)).toEqual(['reauth_required']);
      },
      { timeoutMs: 30_000, everyMs: 250 },
    );
  }, 40_000);
});

describe('behind all that was wrong', () => {
  it('still shows every figure, and has repeated nothing that was wrong', async () => {
    const expected = readExpected('week');
    const span = wholeSpan(expected, ACCEPTANCE_NOW);
    const { demoPassword, tiktokAppSecret } = system.stack.credentials;
    const said = answers.map(({ body }) => JSON.stringify(body)).join('\n');
    const logs = Object.values(system.stack.services)
      .map(({ logFile }) => readFileSync(logFile, 'utf8'))
      .join('\n');

    expect(await differences(merchant, shopKey, expected, span)).toEqual([]);
    for (const needle of [NEEDLE, demoPassword, tiktokAppSecret]) {
      expect([needle, said.includes(needle)]).toEqual([needle, false]);
      expect([needle, logs.includes(needle)]).toEqual([needle, false]);
    }
  });
});
