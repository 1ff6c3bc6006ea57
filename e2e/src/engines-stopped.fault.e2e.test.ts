import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectResult, freshnessReply, problem } from '@tokometrics/contracts';
import { ensureDashboard } from '@tokometrics/local';
import type { EngineHandle, EngineName } from '@tokometrics/local';
import { eventually } from '@tokometrics/testkit';
import { z } from 'zod';
import { revive } from './support/chaos.ts';
import { RETAIL, signInAsDemo } from './support/demo-merchant.ts';
import { logFiles } from './support/everything.ts';
import { differences, wholeSpan } from './support/exactness.ts';
import { readExpected } from './support/expected.ts';
import { createScanner } from './support/needles.ts';
import { listOrderIds } from './support/order-ids.ts';
import { ACCEPTANCE_NOW, startSystem } from './support/start-system.ts';
import type { System } from './support/start-system.ts';
import { Witness } from './support/witness.ts';

const unavailable = [503, 'upstream.unavailable'];
/** Time enough for all who need the engine to notice. */
const AWAY_MS = 3_000;

/** What a merchant opens, by what it is answered from. */
const PAGES = {
  account: ['/auth/csrf'],
  shops: ['/shops', '/shops/SHOP', '/shops/SHOP/sync'],
  freshness: ['/freshness?shop=SHOP'],
  figures: [
    '/metrics/overview?shop=SHOP&range=28d',
    '/metrics/today?shop=SHOP',
    '/metrics/products?shop=SHOP&range=28d',
    '/metrics/proof?shop=SHOP&range=28d&metric=orders',
    '/orders?shop=SHOP',
  ],
  privacy: ['/privacy/requests', '/privacy/keys'],
} as const;
const readiness = z.object({ failing: z.array(z.string()).optional() });
type Page = keyof typeof PAGES;
const ALL: readonly Page[] = ['account', 'shops', 'freshness', 'figures', 'privacy'];

describe('an engine that is away', () => {
  const expected = readExpected('week');
  const span = wholeSpan(expected, ACCEPTANCE_NOW);
  let system: System;
  let merchant: Witness;
  let shopKey: string;
  let processes: (readonly [string, number])[];

  beforeAll(async () => {
    await ensureDashboard(() => undefined);
    system = await startSystem({
      ownEngines: true,
      // Small pages and a slow source: a load that lasts while one engine after the other is away.
      envOf: {
        connector: { ORDER_PAGE_SIZE: '2', PAGE_SIZE: '20' },
        gateway: { RATE_LIMIT_PER_MINUTE: '100000' },
      },
    });
    merchant = await signInAsDemo(system, new Witness(system.publicUrl));
    processes = services().map(({ name, pid }) => [name, pid]);
  }, 240_000);

  afterAll(async () => {
    await system.stop();
  }, 60_000);

  const services = () => Object.values(system.stack.services);

  function engine(name: EngineName): EngineHandle {
    const found = system.stack.engines.engines[name];
    if (found === undefined) {
      throw new Error(`there is no engine ${name}`);
    }
    return found;
  }

  /** As the dashboard sees it: the status, and of a refusal its code. */
  async function opened(path: string): Promise<unknown> {
    const answer = await merchant.call('GET', path.replace('SHOP', shopKey));
    if (answer.status < 400) {
      return [path, [answer.status]];
    }
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    return [path, [answer.status, problem.parse(answer.body).code]];
  }

  async function openAll(pages: readonly Page[]): Promise<unknown[]> {
    return Promise.all(pages.flatMap((page) => PAGES[page]).map((path) => opened(path)));
  }

  /** Services whose probe says that they need this engine and cannot have it. */
  async function notReadyFor(name: EngineName): Promise<string[]> {
    const probed = await Promise.all(
      services().map(async ({ name: service, opsUrl }) => {
        const { failing = [] } = readiness.parse(await (await fetch(`${opsUrl}/readyz`)).json());
        return failing.includes(name) ? [service] : [];
      }),
    );
    return probed.flat().sort();
  }

  const allAnswer = (pages: readonly Page[], answer: readonly unknown[]): unknown[] =>
    pages.flatMap((page) => PAGES[page]).map((path) => [path, answer]);

  async function orders() {
    const { items } = await merchant.get(`/freshness?shop=${shopKey}`, freshnessReply);
    return items.find(({ resource }) => resource === 'order');
  }

  /** Sealed by an operator: it runs, and answers that it may not. */
  async function sealVault(): Promise<void> {
    const { VAULT_ADDR = '', VAULT_ROOT_TOKEN = '' } = system.stack.engines.env;
    const { ok } = await fetch(`${VAULT_ADDR}/v1/sys/seal`, {
      method: 'PUT',
      headers: { 'x-vault-token': VAULT_ROOT_TOKEN },
    });
    expect(ok).toBe(true);
  }

  it('connects no shop while Vault is sealed, says so, and connects it afterwards', async () => {
    await system.control.post('/faults', {
      ...{ kind: 'slow', match: '*', count: 1_000_000, delay_ms: 1_500 },
    });
    const { back, connectId } = await merchant.authorize(RETAIL);
    await sealVault();
    const returned = await merchant.call('GET', back);

    expect([returned.status, problem.parse(returned.body).code]).toEqual(unavailable);
    expect(await merchant.get(`/shops/connect/${connectId}`, connectResult)).toMatchObject({
      state: 'pending',
      shops: [],
    });
    expect(await merchant.shops()).toEqual([]);

    await revive(engine('vault'));
    await eventually(
      async () => {
        [shopKey = ''] = await merchant.connect(RETAIL);
      },
      { timeoutMs: 30_000, everyMs: 500 },
    );
    await eventually(
      async () => {
        expect(await listOrderIds(merchant, shopKey, span)).not.toEqual([]);
      },
      { timeoutMs: 60_000, everyMs: 250 },
    );
  }, 120_000);

  it.each([
    {
      name: 'clickhouse',
      refused: ['figures'],
      answered: ['account', 'shops', 'privacy'],
      unready: ['analytics'],
    },
    { name: 'kafka', refused: [], answered: ALL, unready: [] },
    {
      name: 'mongo',
      refused: ['shops', 'freshness', 'figures'],
      answered: [],
      unready: ['analytics', 'connector', 'identity', 'ingestion', 'privacy'],
    },
    { name: 'vault', refused: [], answered: ALL, unready: ['ingestion'] },
  ] as const)(
    'is noticed and come over: $name',
    async ({ name, refused, answered, unready }) => {
      const before = await orders();
      await engine(name).kill('SIGKILL');
      try {
        await delay(AWAY_MS);
        expect(await openAll(refused)).toEqual(allAnswer(refused, unavailable));
        expect(await openAll(answered)).toEqual(allAnswer(answered, [200]));
        expect((await fetch(system.publicUrl)).status).toBe(200);
        for (const { name: service, opsUrl } of services()) {
          expect([service, (await fetch(`${opsUrl}/livez`)).status]).toEqual([service, 200]);
        }
        expect(await notReadyFor(name)).toEqual(unready);
      } finally {
        await revive(engine(name));
      }
      await eventually(
        async () => {
          expect(await openAll(ALL)).toEqual(allAnswer(ALL, [200]));
          const after = await orders();
          expect((after?.completeThrough ?? '') > (before?.completeThrough ?? '')).toBe(true);
        },
        { timeoutMs: 60_000, everyMs: 500 },
      );
      expect((await orders())?.historyDone).toBe(false);
    },
    150_000,
  );

  it('has cost nothing: every figure is right and every service is the same process', async () => {
    await system.control.clear('/faults');
    await merchant.untilComplete(shopKey, 90_000);

    expect(await differences(merchant, shopKey, expected, span)).toEqual([]);
    expect(services().map(({ name, pid }) => [name, pid])).toEqual(processes);
  }, 200_000);

  it('keeps a disconnect that Vault could not serve yet, and goes on with it by itself', async () => {
    await merchant.reauthenticate(system.stack.credentials.demoPassword);
    await engine('vault').kill('SIGKILL');
    const answer = await merchant.call('DELETE', `/shops/${shopKey}/connection`);

    expect([answer.status, problem.parse(answer.body).code]).toEqual(unavailable);
    expect((await merchant.shops()).map(({ status }) => status)).toEqual(['disconnecting']);

    await revive(engine('vault'));
    await eventually(
      async () => {
        expect(await merchant.shops()).toEqual([]);
      },
      { timeoutMs: 120_000, everyMs: 500 },
    );
  }, 200_000);

  it('has brought no secret into a log or an answer', () => {
    const state = z
      .object({
        grants: z.array(
          z.object({
            accessTokens: z.array(z.object({ token: z.string() })),
            refresh: z.object({ token: z.string() }),
          }),
        ),
      })
      .parse(
        JSON.parse(readFileSync(join(system.dir, 'data', 'sandbox', 'sandbox-state.json'), 'utf8')),
      );
    const { demoPassword, tiktokAppSecret } = system.stack.credentials;
    const secrets = state.grants
      .flatMap(({ accessTokens, refresh }) => [...accessTokens, refresh])
      .map(({ token }) => token.slice(8, 72));
    const scanner = createScanner(
      [...secrets, ...merchant.cookies(), demoPassword, tiktokAppSecret, 'iicanary'].map(
        (text, index) => ({ name: `secret ${String(index)}`, text }),
      ),
    );
    const said = Buffer.from(JSON.stringify(merchant.refusals().map(({ body }) => body)));

    expect(secrets.length).toBeGreaterThanOrEqual(4);
    expect([...scanner.found(said)]).toEqual([]);
    for (const { place, bytes } of logFiles(system)) {
      expect([place, [...scanner.found(bytes)]]).toEqual([place, []]);
    }
  });
});
