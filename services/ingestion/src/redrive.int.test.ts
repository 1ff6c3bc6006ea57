import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { factTopic, GAP_TYPE, HEADERS, rawTopic, shopScope, TOPIC } from '@tokometrics/contracts';
import type { ShopKey } from '@tokometrics/contracts';
import { createUlid } from '@tokometrics/kit';
import type { InMessage, OutMessage } from '@tokometrics/kit';
import { aShopKey, eventually, suiteNames } from '@tokometrics/testkit';
import { DEAD_LETTERS, startIngestionWorld } from './ingestion.fixture.ts';
import type { IngestionWorld } from './ingestion.fixture.ts';
import { rawOrderBody } from './raw-events.test-support.ts';

const names = suiteNames(import.meta);
const NEEDLE = 'needle3a90d2';
const LONG = { timeoutMs: 30_000 };
const ALL = ['dead-letters', '--group', 'ingestion'];

/** A line of the table: how often each fate came. */
function counts(out: string, reason: string): number[] {
  const line = out.split('\n').find((one) => one.startsWith(`${reason} `));
  return (line ?? '').trim().split(/\s+/).slice(1).map(Number);
}

describe('dead letters that are sent again', () => {
  let world: IngestionWorld;

  beforeAll(async () => {
    world = await startIngestionWorld(names);
  }, 90_000);

  afterAll(async () => {
    await world.stop();
  });

  const orders = (shopKey: string): Promise<InMessage[]> =>
    world.readAll(rawTopic('order'), shopKey);
  const archived = (shopKey: string): Promise<number> =>
    world.mongo.collection('raw_events').countDocuments({ shopKey });

  /** Orders of a shop that nobody has announced: they are parked, and mended by the announcement. */
  async function parkedOrders(count: number): Promise<{ shopKey: ShopKey; sent: OutMessage[] }> {
    const scope = { shopKey: aShopKey(), epoch: 1 };
    await world.sealer.provision(scope.shopKey, scope.epoch);
    const sent = await Promise.all(
      Array.from({ length: count }, (_, n) => {
        const id = String(576_461_413_038_700_000n + BigInt(n));
        return world.event(scope, { body: rawOrderBody(id, { warehouse_id: NEEDLE }) });
      }),
    );
    await world.send(...sent);
    await eventually(async () => {
      expect(await world.readAll(DEAD_LETTERS, scope.shopKey)).toHaveLength(count);
    }, LONG);
    return { shopKey: scope.shopKey, sent };
  }

  async function fence(shopKey: ShopKey): Promise<void> {
    const record = {
      ...{ v: 1, scope: shopScope(shopKey), erasedThroughEpoch: 1, ledgerSeq: 1 },
      ...{ requestId: createUlid(), at: new Date().toISOString() },
    };
    await world.send({
      ...{ topic: TOPIC.fence, key: record.scope, value: Buffer.from(JSON.stringify(record)) },
    });
  }

  it('arrive once their cause is mended, each once, as they were', async () => {
    const { shopKey, sent } = await parkedOrders(3);
    await world.announce(shopKey);

    const first = await world.replay(ALL).ended;
    await world.factsOf(shopKey, 3);
    const second = await world.replay(ALL).ended;

    expect([first.how, counts(first.out, 'unknown_shop')]).toEqual([0, [3, 0, 0, 0]]);
    expect([second.how, counts(second.out, 'all')]).toEqual([0, [0, 0, 0, 0]]);
    expect(await archived(shopKey)).toBe(3);
    const again = (await orders(shopKey)).slice(3);
    const shown = ({ key, value, headers }: InMessage | OutMessage) => {
      const { traceparent: _traced, tracestate: _state, ...others } = headers ?? {};
      return { key, value: String(value), headers: others };
    };
    expect(again.map(shown)).toEqual(expect.arrayContaining(sent.map(shown)));
    expect(again).toHaveLength(3);
  }, 120_000);

  it('do no harm when they are sent once more, because it was asked for', async () => {
    const { shopKey } = await parkedOrders(2);
    await world.announce(shopKey);

    const told = await world.readAll(factTopic('order'), shopKey);
    expect(told.map(({ headers }) => headers[HEADERS.type])).toEqual([GAP_TYPE, GAP_TYPE]);
    await world.replay([...ALL, '--shop', shopKey]).ended;
    await world.factsOf(shopKey, 2);
    const again = await world.replay([...ALL, '--shop', shopKey, '--again']).ended;
    await eventually(async () => {
      expect(await world.admin.groupLag('ingestion', [rawTopic('order')])).toBe(0);
    }, LONG);

    expect(counts(again.out, 'unknown_shop').slice(0, 3)).toEqual([2, 0, 0]);
    expect(await archived(shopKey)).toBe(2);
    const ids = (await world.factsOf(shopKey, 2)).map(({ headers }) => headers[HEADERS.id]);
    expect(ids).toHaveLength(new Set(ids).size);
  }, 120_000);

  it('are counted beforehand, and nothing is sent by that', async () => {
    const { shopKey } = await parkedOrders(2);

    const dry = await world.replay([...ALL, '--shop', shopKey, '--dry-run']).ended;

    // Of a shop that nobody knows nothing is sent at all.
    expect([dry.how, dry.err]).toEqual([1, expect.stringContaining('shop.unknown')]);
    await world.announce(shopKey);
    const known = await world.replay([...ALL, '--shop', shopKey, '--dry-run']).ended;
    expect(counts(known.out, 'unknown_shop').slice(0, 3)).toEqual([2, 0, 0]);
    expect(await orders(shopKey)).toHaveLength(2);
    expect(counts((await world.replay(ALL).ended).out, 'unknown_shop')[0]).toBe(2);
  }, 120_000);

  it('of a closed connection are skipped, and asking for it is refused', async () => {
    const { shopKey } = await parkedOrders(2);
    await world.announce(shopKey);
    await fence(shopKey);

    const some = await world.replay([...ALL, '--shop', shopKey]).ended;
    const all = await world.replay(ALL).ended;

    expect([some.how, some.err]).toEqual([1, expect.stringContaining('(shop.fenced)')]);
    expect([all.how, counts(all.out, 'unknown_shop')]).toEqual([0, [0, 2, 0, 0]]);
    expect(await orders(shopKey)).toHaveLength(2);
    expect(await archived(shopKey)).toBe(0);
  }, 120_000);

  it('all arrive though the run is killed again and again', async () => {
    const { shopKey } = await parkedOrders(400);
    await world.announce(shopKey);

    for (const delayMs of [0, 30, 120]) {
      const before = (await orders(shopKey)).length;
      const run = world.replay(ALL);
      // Nothing more may be left to send: then the run just ends.
      const hasMoved = async () => (await orders(shopKey)).length > before;
      for (let tries = 0; tries < 20 && !(await hasMoved()); tries += 1) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      run.kill('SIGKILL');
      await run.ended;
    }
    const last = await world.replay(ALL).ended;

    expect(last.how).toBe(0);
    await eventually(async () => {
      expect(await archived(shopKey)).toBe(400);
    }, LONG);
    const ids = new Set((await world.factsOf(shopKey, 400)).map(({ headers }) => headers['ce_id']));
    expect(ids.size).toBe(400);
  }, 240_000);

  it.each([
    ['a group of nobody', ['dead-letters', '--group', NEEDLE], 2, 'those are ingestion'],
    ['words that mean nothing', [NEEDLE], 2, 'usage: replay'],
    ['a shop of nobody', [...ALL, '--shop', aShopKey()], 1, '(shop.unknown)'],
  ])(
    'refuses %s in a sentence',
    async (_what, args, how, sentence) => {
      const refused = await world.replay(args, { LOG_LEVEL: 'error' }).ended;

      expect([refused.how, refused.out]).toEqual([how, '']);
      expect(refused.err).toContain(sentence);
      expect(refused.err.trim().split('\n')).toHaveLength(1);
    },
    60_000,
  );

  it('says so when an engine is away', async () => {
    const away = { LOG_LEVEL: 'error', KAFKA_BROKERS: '127.0.0.1:1' };
    const refused = await world.replay(ALL, away).ended;

    expect(refused.how).toBe(1);
    expect(refused.err).toMatch(/^replay: kafka does not answer\. Nothing is lost/m);
  }, 90_000);

  it('prints no value, no secret and no id of an order', () => {
    const text = world.printed();

    expect(text).not.toContain(NEEDLE);
    expect(text).not.toContain('5764614130387');
  });
});
