import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshnessReply } from '@tokometrics/contracts';
import { eventually } from '@tokometrics/testkit';
import { z } from 'zod';
import { killAtRandom, revive } from './support/chaos.ts';
import type { Mortal } from './support/chaos.ts';
import { connectAsDemo, RETAIL } from './support/demo-merchant.ts';
import { differences, wholeSpan } from './support/exactness.ts';
import { readExpected } from './support/expected.ts';
import type { Merchant } from './support/merchant.ts';
import { listOrderIds } from './support/order-ids.ts';
import { ACCEPTANCE_NOW, startSystem } from './support/start-system.ts';
import type { System } from './support/start-system.ts';

const VICTIMS = ['connector', 'ingestion', 'analytics'] as const;
const KILLS_EACH = 5;
const WITHIN_MS = 4_000;

describe('a history that loads while everything dies', () => {
  const expected = readExpected('week');
  const span = wholeSpan(expected, ACCEPTANCE_NOW);
  const kills: string[] = [];
  let system: System;
  let merchant: Merchant;
  let shopKey: string;

  beforeAll(async () => {
    system = await startSystem({
      ownEngines: true,
      heals: true,
      // Small pages and a slow source: a load that is long enough to be killed many times.
      envOf: { connector: { ORDER_PAGE_SIZE: '2', PAGE_SIZE: '20' } },
    });
    await system.control.post('/faults', {
      kind: 'slow',
      match: '*',
      count: 1_000_000,
      delay_ms: 1_500,
    });
    ({ merchant, shopKey } = await connectAsDemo(system, RETAIL));
    await eventually(
      async () => {
        if ((await listOrderIds(merchant, shopKey, span)).length === 0) {
          throw new Error('nothing is loaded yet');
        }
      },
      { timeoutMs: 60_000, everyMs: 250 },
    );
  }, 240_000);

  afterAll(async () => {
    await system.stop();
  }, 60_000);

  function service(name: string): Mortal {
    const found = system.stack.services[name];
    if (found === undefined) {
      throw new Error(`there is no service ${name}`);
    }
    return found;
  }

  function engine(name: 'kafka' | 'mongo' | 'clickhouse' | 'vault'): Mortal {
    const found = system.stack.engines.engines[name];
    if (found === undefined) {
      throw new Error(`there is no engine ${name}`);
    }
    return found;
  }

  /** The rest of history is missing, so all that was killed until now was killed while loading. */
  async function stillLoads(): Promise<boolean> {
    const { items } = await merchant.get(`/freshness?shop=${shopKey}`, freshnessReply);
    return items.some(({ resource, historyDone }) => resource === 'order' && !historyDone);
  }

  it('goes on through five kills of each service, one of each store and a restart of Kafka', async () => {
    const engines = async () => {
      for (const name of ['mongo', 'clickhouse', 'vault'] as const) {
        await killAtRandom(engine(name), { times: 1, withinMs: WITHIN_MS, kills });
      }
      await delay(WITHIN_MS / 2);
      await revive(engine('kafka'));
      kills.push(`${String(Math.round(performance.now()))} ms: restarted kafka`);
    };

    await Promise.all([
      ...VICTIMS.map((name) =>
        killAtRandom(service(name), { times: KILLS_EACH, withinMs: WITHIN_MS, kills }),
      ),
      engines(),
    ]);

    expect(kills).toHaveLength(VICTIMS.length * KILLS_EACH + 4);
    expect(await eventually(stillLoads, { timeoutMs: 60_000, everyMs: 250 })).toBe(true);
  }, 300_000);

  it('ends with figures equal to the source, to the last digit', async () => {
    await system.control.clear('/faults');
    await merchant.untilComplete(shopKey, 180_000);

    expect({ wrong: await differences(merchant, shopKey, expected, span), kills }).toEqual({
      wrong: [],
      kills,
    });
  }, 240_000);

  it('holds every order of the source once', async () => {
    const { shops } = z
      .object({ shops: z.array(z.object({ key: z.string(), orders: z.int() })) })
      .parse(await system.control.get('/state'));
    const ids = await listOrderIds(merchant, shopKey, span);

    expect(ids).toHaveLength(shops.find(({ key }) => key === 'retail')?.orders ?? 0);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
