import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { privacyRequest } from '@tokometrics/contracts';
import { eventually } from '@tokometrics/testkit';
import { buyerNeedles, buyerValues } from './support/buyers.ts';
import {
  clickhouseRows,
  filesIn,
  kafkaRecords,
  logFiles,
  metricsTexts,
  mongoDocuments,
  piece,
} from './support/everything.ts';
import type { Piece } from './support/everything.ts';
import { RETAIL, signInAsDemo } from './support/demo-merchant.ts';
import { createScanner } from './support/needles.ts';
import type { Needle, Scanner } from './support/needles.ts';
import { startRecorder } from './support/recorder.ts';
import type { Recorder } from './support/recorder.ts';
import { registerMerchant } from './support/register-merchant.ts';
import { openAs } from './support/sealed-bodies.ts';
import type { Opener } from './support/sealed-bodies.ts';
import { startSpanReceiver } from './support/span-receiver.ts';
import type { SpanReceiver } from './support/span-receiver.ts';
import { ACCEPTANCE_NOW, startSystem } from './support/start-system.ts';
import type { System } from './support/start-system.ts';
import { anOrderIn, shopId, tokensIn } from './support/tiktok-answers.ts';
import { Witness } from './support/witness.ts';

const OTHER = 'other@merchant.test';

/** Every byte of every store is read. */
const SCAN_MS = 60_000;

describe('buyers and secrets', () => {
  let recorder: Recorder;
  let receiver: SpanReceiver;
  let system: System;
  let merchant: Witness;
  let opener: Opener;
  let shopKey: string;
  let code: string;
  let orderId: string;
  let tokens: string[];
  let buyers: ReturnType<typeof buyerNeedles>;
  let scanner: Scanner;

  beforeAll(async () => {
    recorder = await startRecorder();
    receiver = await startSpanReceiver();
    system = await startSystem({
      ownEngines: true,
      env: {
        LOG_LEVEL: 'debug',
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_BSP_SCHEDULE_DELAY: '500',
      },
      envOf: { connector: { TIKTOK_API_URL: recorder.url, TIKTOK_TOKEN_URL: recorder.url } },
    });
    recorder.aim(system.stack.services['tiktok-sandbox']?.url ?? '');
    opener = await openAs('ingestion', system);
    merchant = new Witness(system.publicUrl);
    await loadThroughTrouble();
    await provoke();
    collectNeedles();
  }, 300_000);

  afterAll(async () => {
    await opener.stop();
    await system.stop();
    await receiver.stop();
    await recorder.stop();
  }, 60_000);

  /** Answers that are cut off, refused or of an ended token: what is wrong gets quoted most easily. */
  async function loadThroughTrouble(): Promise<void> {
    await signInAsDemo(system, merchant);
    for (const kind of ['truncated_json', 'html_503', 'internal', 'expired_token', 'drop']) {
      await system.control.post('/faults', { kind, match: 'orders', count: 1, after: 1 });
    }
    await system.control.post('/faults', { kind: 'truncated_json', match: 'token', count: 1 });
    const broken = await merchant.authorize(RETAIL);
    await merchant.call('GET', broken.back);
    const begun = await merchant.authorize(RETAIL);
    code = new URL(begun.back, system.publicUrl).searchParams.get('code') ?? '';
    expect((await merchant.call('GET', begun.back)).status).toBe(303);
    shopKey = (await merchant.shops())[0]?.shopKey ?? '';
    await merchant.untilComplete(shopKey);
  }

  /** Errors by those who send a buyer's data, a token's form or a wrong secret. */
  async function provoke(): Promise<void> {
    const [person = ''] = buyerValues(recorder.answers());
    const asked = encodeURIComponent(person);
    await merchant.call('GET', `/orders?shop=${shopKey}&q=${asked}`);
    await merchant.call('GET', `/orders/${asked}?shop=${shopKey}`);
    await merchant.call('GET', `/shops/callback?code=${code}&state=${asked}`);
    await merchant.call('POST', '/shops/connect', { region: person, timezone: person });
    await merchant.send('POST', '/shops/connect', { body: `{"region":"${person}` });
    const { demoPassword, tiktokAppKey, tiktokAppSecret } = system.stack.credentials;
    await merchant.call('POST', '/auth/reauthenticate', { password: `${demoPassword}${person}` });
    const order = anOrderIn(recorder.answers());
    const told = {
      type: 1,
      shop_id: await shopId(system.control),
      timestamp: Date.parse(ACCEPTANCE_NOW) / 1000,
    };
    const notice = JSON.stringify({ ...told, data: { ...order, order_id: order.id } });
    const statuses: number[] = [];
    for (const body of [notice, JSON.stringify(order), notice.slice(0, -1)]) {
      for (const secret of [tiktokAppSecret, 'wrong']) {
        const by = { appKey: tiktokAppKey, secret };
        statuses.push(await merchant.notify(system.publicUrl, body, by));
      }
    }
    expect(statuses).toEqual([200, 401, 400, 401, 400, 401]);
    await merchant.call('POST', '/auth/logout');
    await signInAsDemo(system, merchant);
    await registerMerchant(system, OTHER, 'a long and quiet phrase');
  }

  function collectNeedles(): void {
    const answers = recorder.answers();
    buyers = buyerNeedles(buyerValues(answers));
    tokens = tokensIn(answers);
    orderId = anOrderIn(answers).id;
    const { tiktokAppSecret, demoPassword, csrfKey } = system.stack.credentials;
    const secrets: Needle[] = [
      ...tokens.map((text, index) => ({ name: `token ${String(index)}`, text: text.slice(8, 72) })),
      ...merchant.cookies().map((text, index) => ({ name: `cookie ${String(index)}`, text })),
      { name: 'code', text: code.slice(8) },
      { name: 'app secret', text: tiktokAppSecret },
      { name: 'password', text: demoPassword },
      { name: 'key of the gateway', text: csrfKey },
    ];
    scanner = createScanner([...buyers.needles, ...secrets], buyers.words);
  }

  /** What was found and where, after a proof that this scan finds what is there. */
  function scan(pieces: Iterable<Piece>, control: string): { sees: boolean; found: string[] } {
    const wanted = createScanner([{ name: 'control', text: control }]);
    const where = new Set<string>();
    let sees = false;
    for (const { place, bytes } of pieces) {
      sees ||= wanted.found(bytes).size > 0;
      scanner.found(bytes).forEach((name) => where.add(`${place}: ${name}`));
    }
    return { sees, found: [...where] };
  }

  const clean = { sees: true, found: [] };
  const data = (engine: string) => filesIn(join(system.dir, 'data', engine));
  const logs = () => logFiles(system);

  it('are what TikTok really sent, and are found where they are', () => {
    const state = readFileSync(join(system.dir, 'data', 'sandbox', 'sandbox-state.json'));
    const answers = recorder.answers().map((answer) => piece('answers', answer));
    const seen = new Set(answers.flatMap(({ bytes }) => [...scanner.found(bytes)]));

    expect(buyerValues(recorder.answers()).size).toBeGreaterThan(500);
    expect(buyers.needles.length).toBeGreaterThan(5);
    expect(tokens.length).toBeGreaterThanOrEqual(4);
    expect(tokens.slice(-2).filter((token) => !state.includes(token))).toEqual([]);
    for (const name of [
      ...buyers.needles.map((needle) => needle.name),
      ...[...buyers.words].map((word) => `word: ${word}`),
      ...tokens.map((_token, index) => `token ${String(index)}`),
    ]) {
      expect([name, seen.has(name)]).toEqual([name, true]);
    }
  });

  it.each([
    ['base64', (text: string) => Buffer.from(`{"token":"${text}"}`).toString('base64')],
    ['base64url', (text: string) => Buffer.from(`x${text}`).toString('base64url')],
    ['hex', (text: string) => Buffer.from(text).toString('hex')],
    ['JSON inside JSON', (text: string) => JSON.stringify(JSON.stringify({ text }))],
    ['an address', (text: string) => `/orders?q=${encodeURIComponent(text)}`],
  ])('are found in %s', (_form, write) => {
    const [buyer = ''] = [...buyerValues(recorder.answers())].filter((one) => one.startsWith('+'));
    const [token = ''] = tokens;

    for (const text of [buyer, token, system.stack.credentials.demoPassword]) {
      expect(scanner.found(Buffer.from(write(text))).size).toBeGreaterThan(0);
    }
  });

  it(
    'are not in the segments of Kafka, packed, unpacked or unsealed',
    async () => {
      const { clear, opened } = await kafkaRecords(system, opener);

      expect(scan(data('kafka'), orderId)).toEqual(clean);
      expect(scan(clear, orderId)).toEqual(clean);
      expect(scan(opened, orderId)).toEqual(clean);
    },
    SCAN_MS,
  );

  it(
    'are not in the files and documents of MongoDB, nor under their seals',
    async () => {
      const { clear, opened } = await mongoDocuments(system, opener);

      expect(scan(data('mongo'), orderId)).toEqual(clean);
      expect(scan(clear, orderId)).toEqual(clean);
      expect(scan(opened, orderId)).toEqual(clean);
    },
    SCAN_MS,
  );

  it(
    'are not in the files and tables of ClickHouse',
    async () => {
      expect(scan(data('clickhouse'), shopKey)).toEqual(clean);
      expect(scan(await clickhouseRows(system), orderId)).toEqual(clean);
    },
    SCAN_MS,
  );

  it(
    'are not in the files of Vault, which alone knows the tokens, under its own seal',
    () => {
      expect(scan(data('vault'), 'core/')).toEqual(clean);
    },
    SCAN_MS,
  );

  it(
    'are not in any log',
    () => {
      const ours = Object.keys(system.stack.services).filter((name) => name !== 'tiktok-sandbox');
      const written = new Map(
        [...logs()].map(({ place, bytes }) => [place, bytes.toString('utf8')]),
      );

      for (const name of ours) {
        const lines = written.get(`${name}.log`)?.includes(`"service":"${name}"`);
        expect([name, lines]).toEqual([name, true]);
      }
      expect([...written.keys()]).toEqual(expect.arrayContaining(['kafka.log', 'vault.log']));
      expect(scan(logs(), shopKey)).toEqual(clean);
    },
    SCAN_MS,
  );

  it(
    'are not in mails, measures, traces and answers',
    async () => {
      const answers = merchant.refusals().map(({ body }) => piece('answer', JSON.stringify(body)));

      expect(scan(data('mail'), OTHER)).toEqual(clean);
      expect(scan(await metricsTexts(system), 'tokometrics_')).toEqual(clean);
      expect(scan([piece('spans', receiver.raw())], 'tiktok.call')).toEqual(clean);
      expect(scan(answers, 'request.invalid')).toEqual(clean);
    },
    SCAN_MS,
  );

  it('are not in what is said and kept when the shop has gone', async () => {
    await merchant.reauthenticate(system.stack.credentials.demoPassword);
    const { requestId } = await merchant.disconnect(shopKey, { endGrant: true });
    await eventually(
      async () => {
        const request = await merchant.get(`/privacy/requests/${requestId}`, privacyRequest);
        expect(request).toMatchObject({ state: 'COMPLETED', grantEnd: 'ended' });
      },
      { timeoutMs: 60_000, everyMs: 250 },
    );
    const { clear } = await mongoDocuments(system, opener);

    expect(scan(logs(), requestId)).toEqual(clean);
    expect(scan(clear, requestId)).toEqual(clean);
    expect(scan([piece('spans', receiver.raw())], 'tiktok.call')).toEqual(clean);
  }, 90_000);
});
