import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { AppError, createHttp, createMetrics, Secret } from '@tokometrics/kit';
import type { HttpServer } from '@tokometrics/kit';
import { createMemoryLog, createTestClock } from '@tokometrics/testkit';
import { createSignatureCheck } from '../adapters/tiktok/webhook-signature.ts';
import type { InboxNotice } from '../domain/accept-webhook.ts';
import type { Connection } from '../domain/connection.ts';
import { postTiktokWebhook } from './post-tiktok-webhook.ts';

const W1 = {
  key: 'abcdef',
  secret: '123',
  at: 1_718_305_585,
  body: '{"type":1,"tts_notification_id":"7380066284010030890","shop_id":"7495540735365777507","timestamp":1718305585,"data":{"is_on_hold_order":true,"order_id":"576653688135258178","order_status":"UNPAID","update_time":1718305585}}',
  sign: '5dec0f11ec2f6783b8deee53c9ffbf8d024302f7c7e7fa55a35d17629031ac05',
};
const W2 = {
  key: 'fake_app_key',
  secret: 'fake_app_secret',
  at: 1_664_095_733,
  body: '{"type":1,"shop_id":"7494726673780148744","timestamp":1664095733,"data":{"order_id":"576684019603311365","order_status":"AWAITING_SHIPMENT","update_time":1664095610}}',
  sign: '21109834de72ec53c9959716d8514ae388ce1f123e5ffdcafc46713fcdf62b27',
};
const W3 = {
  key: 'abcdef',
  secret: '123',
  at: 1_644_412_885,
  body: '{"type":6,"tts_notification_id":"7327112393057371910","shop_id":"7494049642642441621","timestamp":1644412885,"data":{"message":"Shop_id 7494049642642441621 is deauthorized from your APP by merchant."}}',
  sign: '3d168d090daf19fe2027cdb229c44a9b8e1b38049ce1f47ca1221f63e57d0cb0',
};

const connection: Connection = {
  shopKey: '01J8Z3K4M5N6P7Q8R9S0T1V2W3',
  epoch: 2,
  merchantId: '01J8Z3K4M5N6P7Q8R9S0T1V2W4',
  accountId: '01J8Z3K4M5N6P7Q8R9S0T1V2W5',
  authKey: '01J8Z3K4M5N6P7Q8R9S0T1V2W6',
  state: 'open',
  status: 'active',
  name: 'Shop',
  label: 'Shop',
  region: 'GB',
  sellerType: 'LOCAL',
  currency: 'GBP',
  timezone: 'Europe/London',
  categories: [],
  connectedAt: new Date(0),
  authorizationExpiresAt: null,
  shopHash: 'hash',
};

interface Options {
  readonly app?: { readonly key: string; readonly secret: string };
  readonly at?: number;
  readonly connections?: readonly Connection[];
  readonly isInboxAway?: boolean;
}

let http: HttpServer | undefined;
afterEach(async () => {
  await http?.stop();
});

/** The route behind a real socket; the inbox is a map that knows what is done. */
async function open({ app = W1, at = W1.at, connections = [connection], ...rest }: Options = {}) {
  const rows = new Map<string, InboxNotice>();
  const done = new Set<string>();
  const outcomes: string[] = [];
  const worked: InboxNotice[] = [];
  const { log } = createMemoryLog();
  const route = postTiktokWebhook({
    findConnections: () => Promise.resolve(connections),
    now: () => new Date(at * 1000),
    isSigned: createSignatureCheck(app.key, [new Secret(app.secret)]),
    store: (id, notice) => {
      if (rest.isInboxAway === true) {
        return Promise.reject(new AppError('upstream.unavailable', 'mongodb'));
      }
      rows.set(id, notice);
      return Promise.resolve(!done.has(id));
    },
    work: (notice) => worked.push(notice),
    count: (outcome) => outcomes.push(outcome),
  });
  const server = createHttp({
    ...{ name: 'probe', host: '127.0.0.1', port: 0, routes: [route], log },
    metrics: createMetrics({ service: 'probe', runtime: false }),
    clock: createTestClock(new Date(at * 1000).toISOString()),
  });
  await server.start();
  http = server;
  const { port } = server.address();
  const post = (
    body: string | Buffer,
    authorization: string | string[] | undefined,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; text: string }> =>
    new Promise((resolve, reject) => {
      const named = Object.entries({
        host: 'probe',
        'content-length': String(Buffer.byteLength(body)),
        'content-type': 'application/json',
        ...headers,
      });
      // As a list, so that one name can come twice; Node then adds none of its own.
      const sent = [
        ...named.flat(),
        ...[authorization ?? []].flat().flatMap((value) => ['authorization', value]),
      ];
      const outgoing = request(
        {
          ...{ port, host: '127.0.0.1', method: 'POST', path: '/v1/webhooks/tiktok' },
          headers: sent,
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
          response.on('end', () => {
            resolve({ status: response.statusCode ?? 0, text });
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  return { post, rows, done, outcomes, worked };
}

const signed = (body: string | Buffer): string =>
  createHmac('sha256', W1.secret).update(W1.key).update(body).digest('hex');

describe('POST /v1/webhooks/tiktok', () => {
  it.each([
    ['W1', W1, { type: 1, orderId: '576653688135258178' }],
    ['W2', W2, { type: 1, orderId: '576684019603311365' }],
    ['W3', W3, { type: 6, orderId: null }],
  ])(
    'accepts the published notice %s with an empty 200, once it is durable',
    async (_name, vector, kept) => {
      const { post, rows, worked, outcomes } = await open({ app: vector, at: vector.at });

      expect(await post(vector.body, vector.sign)).toEqual({ status: 200, text: '' });

      expect([...rows.values()]).toMatchObject([kept]);
      expect(worked).toMatchObject([kept]);
      expect(outcomes).toEqual(['accepted']);
    },
  );

  it.each<[string, string | string[] | undefined]>([
    ['none', undefined],
    ['an empty', ''],
    ['a wrong', 'f'.repeat(64)],
    ['a short', W1.sign.slice(0, 63)],
    ['a long', `${W1.sign}0`],
    ['an upper-case', W1.sign.toUpperCase()],
    ['a prefixed', `Bearer ${W1.sign}`],
    ['a doubled', `${W1.sign}, ${W1.sign}`],
    ['several', [W1.sign, W1.sign]],
  ])('answers 401 to %s signature, and keeps nothing', async (_name, signature) => {
    const { post, rows, outcomes } = await open();

    expect((await post(W1.body, signature)).status).toBe(401);

    expect(rows.size).toBe(0);
    expect(outcomes).toEqual(['unsigned']);
  });

  it('answers 401 to a body of which one byte was changed', async () => {
    const { post, rows } = await open();

    expect((await post(W1.body.replace('UNPAID', 'UNPAIX'), W1.sign)).status).toBe(401);

    expect(rows.size).toBe(0);
  });

  it('works an unfinished notice again, and one that is done no more', async () => {
    const { post, rows, done, worked, outcomes } = await open();
    await post(W1.body, W1.sign);
    await post(W1.body, W1.sign);
    [...rows.keys()].forEach((id) => done.add(id));

    expect((await post(W1.body, W1.sign)).status).toBe(200);

    expect(rows.size).toBe(1);
    expect(worked).toHaveLength(2);
    expect(outcomes).toEqual(['accepted', 'accepted', 'repeated']);
  });

  it.each([
    [-25 * 3_600, 400],
    [-24 * 3_600 - 1, 400],
    [-24 * 3_600, 200],
    [300, 200],
    [301, 400],
  ])('judges a notice whose time is %i s from now: %i', async (offset, status) => {
    const { post, rows } = await open({ at: W1.at - offset });

    expect((await post(W1.body, W1.sign)).status).toBe(status);

    expect(rows.size).toBe(status === 200 ? 1 : 0);
  });

  it.each(['"1718305585"', 'null', '1718305585.5', '-1'])(
    'answers 400 to the time %s',
    async (at) => {
      const { post } = await open();
      const body = W1.body.replace('"timestamp":1718305585', `"timestamp":${at}`);

      expect((await post(body, signed(body))).status).toBe(400);
    },
  );

  it('answers 413 above 256 KiB, and takes what is just below', async () => {
    const { post } = await open();
    const padded = (bytes: number) => W1.body + ' '.repeat(bytes - W1.body.length);
    const large = padded(256 * 1024 + 1);
    const fitting = padded(256 * 1024);

    expect((await post(large, signed(large))).status).toBe(413);
    expect((await post(fitting, signed(fitting))).status).toBe(200);
  });

  it.each([
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/json; charset=latin1' },
    { 'content-encoding': 'gzip' },
  ])('answers 415 to %j', async (headers) => {
    const { post } = await open();

    expect((await post(W1.body, W1.sign, headers)).status).toBe(415);
  });

  it.each([
    ['not JSON', '{"type":1,'],
    ['deeper than 32', `${'['.repeat(40)}${']'.repeat(40)}`],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['with a key twice', '{"type":1,"type":6}'],
  ])('answers 400 to a signed body that is %s', async (_name, body) => {
    const { post, rows } = await open();

    expect((await post(body, signed(body))).status).toBe(400);

    expect(rows.size).toBe(0);
  });

  it('answers 200 for a shop that nobody has connected, and drops the notice', async () => {
    const { post, rows, outcomes } = await open({ connections: [] });

    expect((await post(W1.body, W1.sign)).status).toBe(200);

    expect(rows.size).toBe(0);
    expect(outcomes).toEqual(['unknown_shop']);
  });

  it('answers 200 for a shop that is disconnected, and drops the notice', async () => {
    const { post, rows } = await open({ connections: [{ ...connection, state: 'closed' }] });

    expect((await post(W1.body, W1.sign)).status).toBe(200);

    expect(rows.size).toBe(0);
  });

  it.each([
    ['a type of no list', W1.body.replace('"type":1', '"type":3'), 'type'],
    ['a type that does not fit', W1.body.replace('"type":1', '"type":5'), 'shape'],
    ['an id that is none', W1.body.replace('576653688135258178', '../../x'), 'shape'],
  ])('answers 200 to %s and does nothing about it', async (_name, body, outcome) => {
    const { post, rows, outcomes } = await open();

    expect((await post(body, signed(body))).status).toBe(200);

    expect(rows.size).toBe(0);
    expect(outcomes).toEqual([outcome]);
  });

  it('does not believe a deauthorization that is older than the connection', async () => {
    const young = { ...connection, connectedAt: new Date((W3.at + 1) * 1000) };
    const { post, rows, outcomes } = await open({ at: W3.at, connections: [young] });

    expect((await post(W3.body, W3.sign)).status).toBe(200);

    expect(rows.size).toBe(0);
    expect(outcomes).toEqual(['before_connection']);
  });

  it('answers 503 while nothing can be kept, so that it is sent again', async () => {
    const { post, worked } = await open({ isInboxAway: true });

    expect((await post(W1.body, W1.sign)).status).toBe(503);

    expect(worked).toEqual([]);
  });
});
