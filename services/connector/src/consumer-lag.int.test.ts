import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RAW_GROUPS, RESOURCES } from '@tokometrics/contracts';
import type { OutMessage } from '@tokometrics/kit';
import { eventually } from '@tokometrics/testkit';
import { readShop } from './archive.fixture.ts';
import {
  aPerson,
  connect,
  openGround,
  shownShop,
  startConnector,
  statesOf,
} from './connector.fixture.ts';
import type { Ground, Running } from './connector.fixture.ts';

const LONG = 240_000;
const LIMIT = 100;

let ground: Ground;
let running: Running;

/** Records of others that nobody has taken in. */
const others = (count: number): OutMessage[] =>
  Array.from({ length: count }, (_, at) => ({
    topic: 'tm.raw.order.v1.bf',
    key: `other-${String(at)}`,
    value: Buffer.from('{}'),
    headers: {},
  }));

beforeAll(async () => {
  ground = await openGround(import.meta, {
    env: { LAG_LIMIT_RECORDS: String(LIMIT), LAG_CHECK_MS: '200' },
  });
  running = await startConnector(ground.place);
}, LONG);

afterAll(async () => {
  await running.stop();
  await ground.stop();
}, LONG);

const metrics = async (): Promise<string> => (await fetch(`${running.opsUrl}/metrics`)).text();

async function lagShown(): Promise<number> {
  const shown = new RegExp(
    `group_lag_records\\{group="${RAW_GROUPS.history.group}"\\} (\\d+)`,
  ).exec(await metrics());
  return Number(shown?.[1]);
}

describe('a history whose consumers are far behind', () => {
  it(
    'waits until they have caught up, while polls go on, and is whole in the end',
    async () => {
      const { kafka, log } = ground.place;
      const producer = kafka.producer();
      await producer.start();
      await producer.send(others(LIMIT + 50));
      await eventually(async () => {
        expect(await lagShown()).toBe(LIMIT + 50);
      });

      const person = aPerson();
      const { shops } = await connect(running, ground.sandbox, person);
      const shopKey = shops[0]?.shopKey ?? '';
      const ofProducts = () => readShop(ground.place, 'tm.raw.product.v1.bf', shopKey);
      const polls = async () =>
        (await readShop(ground.place, 'tm.raw.order.v1', shopKey)).filter(
          ({ kind }) => kind === 'marker',
        ).length;
      // The newest orders are there, and what waits for them has been read.
      await eventually(
        async () => {
          const { sync } = await shownShop(running, person, shopKey);
          const states = sync.stages.map(({ resource, state }) => [resource, state]);
          expect(states).toContainEqual(['unsettled', 'done']);
          expect(sync.stages[0]).toMatchObject({
            resource: 'order',
            state: 'running',
            error: null,
          });
          expect(sync.stages[0]?.progress.done).toBeGreaterThan(0);
        },
        { timeoutMs: 60_000 },
      );
      const before = await polls();
      await eventually(async () => {
        expect(await polls()).toBeGreaterThan(before + 2);
      });
      expect(statesOf(await shownShop(running, person, shopKey))).not.toContain('failed');
      expect(await ofProducts()).toEqual([]);
      expect(log.text()).toContain('consumers are far behind: histories wait');

      const consumers = [RAW_GROUPS.live, RAW_GROUPS.history].map((of) =>
        kafka.batchConsumer({
          ...{ ...of, maxRows: 1_000, maxBytes: 1_000_000, lingerMs: 10 },
          onChunk: () => Promise.resolve(undefined),
        }),
      );
      await Promise.all(consumers.map((consumer) => consumer.start()));
      await eventually(
        async () => {
          expect(statesOf(await shownShop(running, person, shopKey))).toEqual(
            RESOURCES.map(() => 'done'),
          );
        },
        { timeoutMs: 120_000, everyMs: 500 },
      );

      await eventually(async () => {
        expect(await lagShown()).toBe(0);
      });
      expect(log.text()).toContain('consumers have caught up');
      await Promise.all(consumers.map((consumer) => consumer.stop()));
      await producer.stop();
    },
    LONG,
  );
});
