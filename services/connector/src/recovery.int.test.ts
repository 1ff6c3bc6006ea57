import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RESOURCES, TOPIC } from '@tokometrics/contracts';
import { engineEnv, eventually, startServiceProcess } from '@tokometrics/testkit';
import type { ServiceProcess } from '@tokometrics/testkit';
import { archived, putFence, readAll, readShop, WEEK } from './archive.fixture.ts';
import {
  aPerson,
  openGround,
  callerOf,
  connect,
  shownShop,
  statesOf,
} from './connector.fixture.ts';
import type { Ground, Running } from './connector.fixture.ts';

const LONG = 300_000;

let ground: Ground;
let service: ServiceProcess;
let running: Pick<Running, 'call'>;

/** The process as it ships, slow enough that it can be stopped in the middle. */
async function start(): Promise<void> {
  service = await startServiceProcess('connector', {
    ...ground.place.env,
    TIKTOK_RATE_START: '40',
    TIKTOK_RATE_CEILING: '40',
    ORDER_PAGE_SIZE: '5',
  });
  running = { call: callerOf(ground.place, service.url) };
}

beforeAll(async () => {
  ground = await openGround(import.meta);
  await start();
}, LONG);

afterAll(async () => {
  await service.kill('SIGTERM');
  await ground.stop();
}, LONG);

async function ordersDone(person: Parameters<typeof shownShop>[1], shopKey: string) {
  const { sync } = await shownShop(running, person, shopKey);
  return sync.stages[0]?.progress.done ?? 0;
}

describe('the process', () => {
  it(
    'goes on where it was after each SIGKILL, and the sums are those of the file',
    async () => {
      const person = aPerson();
      const { shops } = await connect(running, ground.sandbox, person);
      const shopKey = shops[0]?.shopKey ?? '';
      let done = 0;
      for (const share of [0.1, 0.4, 0.7]) {
        done = await eventually(
          async () => {
            const now = await ordersDone(person, shopKey);
            expect(now).toBeGreaterThanOrEqual(Math.floor(WEEK.orders * share));
            return now;
          },
          { timeoutMs: 90_000, everyMs: 30 },
        );
        expect(await service.kill('SIGKILL')).toBe('SIGKILL');
        await start();
        // What was acknowledged before is not read again.
        expect(await ordersDone(person, shopKey)).toBeGreaterThanOrEqual(done);
      }

      const shop = await eventually(
        async () => {
          const shown = await shownShop(running, person, shopKey);
          expect(statesOf(shown)).toEqual(RESOURCES.map(() => 'done'));
          return shown;
        },
        { timeoutMs: 180_000, everyMs: 500 },
      );
      expect(shop.sync.stages[0]?.progress).toMatchObject({ done: 272, total: 272 });
      expect(await archived(ground.place, shopKey)).toEqual(WEEK);
    },
    LONG,
  );

  it(
    'stops at a fence in the middle of a history: no call after its answer, no token, no late page',
    async () => {
      const person = aPerson();
      const { shops } = await connect(running, ground.sandbox, person);
      const shopKey = shops[0]?.shopKey ?? '';
      await eventually(
        async () => {
          expect(await ordersDone(person, shopKey)).toBeGreaterThan(20);
        },
        { timeoutMs: 60_000, everyMs: 30 },
      );
      // The shops of the test before are closed too: whatever is called afterwards is a breach.
      const others = (await readAll(ground.place, TOPIC.shopLifecycle)).flatMap(
        ({ key }) => key ?? [],
      );
      await ground.sandbox.control('POST', '/faults', {
        ...{ match: '/orders/search', kind: 'slow', delay_ms: 1_500, count: 1_000 },
      });

      const calledAt: number[] = [];
      ground.meddler.meddle(() => {
        calledAt.push(Date.now());
        return undefined;
      });
      const requestIds = await Promise.all(
        [...new Set(others)].map((key) => putFence(ground.place, key)),
      );
      const ackedAt = await eventually(
        async () => {
          const acks = await readAll(ground.place, TOPIC.ack);
          const answered = acks.filter(({ key = '' }) => requestIds.includes(key));
          expect(answered).toHaveLength(requestIds.length);
          return Math.max(...answered.map(({ timestamp }) => timestamp));
        },
        { timeoutMs: 60_000, everyMs: 300 },
      );
      const written = await readShop(ground.place, 'tm.raw.order.v1.bf', shopKey);
      await new Promise((resolve) => setTimeout(resolve, 4_000));

      // The page that was on its way has long arrived by now; nobody sends it on.
      expect(calledAt.filter((at) => at > ackedAt)).toEqual([]);
      expect(await readShop(ground.place, 'tm.raw.order.v1.bf', shopKey)).toHaveLength(
        written.length,
      );
      const tokens = await fetch(
        `${engineEnv().VAULT_ADDR}/v1/${ground.place.names.kvMount}/metadata/tiktok/${person.merchantId}?list=true`,
        { headers: { 'x-vault-token': engineEnv().VAULT_ROOT_TOKEN } },
      );
      expect(tokens.status).toBe(404);
      expect((await shownShop(running, person, shopKey)).status).toBe('disconnecting');
    },
    LONG,
  );
});
