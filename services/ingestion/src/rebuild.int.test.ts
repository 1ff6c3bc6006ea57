import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { backfillTwin, factTopic, HEADERS, shopScope, TOPIC } from '@tokometrics/contracts';
import type { ShopKey } from '@tokometrics/contracts';
import { createUlid } from '@tokometrics/kit';
import type { InMessage, OutMessage } from '@tokometrics/kit';
import { aShopKey, eventually, suiteNames } from '@tokometrics/testkit';
import { startIngestionWorld } from './ingestion.fixture.ts';
import type { IngestionWorld } from './ingestion.fixture.ts';
import { rawOrderBody } from './raw-events.test-support.ts';

const names = suiteNames(import.meta);
const NEEDLE = 'needle6be015';
const PATIENT = { timeoutMs: 120_000, everyMs: 250 };
const TWIN = backfillTwin(factTopic('order'));
const FIRST_ORDER = 576_461_413_038_700_000n;

interface Fact {
  readonly id: string;
  readonly rev: number;
  readonly origin: string;
  readonly data: { readonly localDate: string };
}
const factOf = ({ value }: InMessage): Fact => JSON.parse(String(value)) as Fact;

describe('a rebuild of one shop', () => {
  let world: IngestionWorld;

  beforeAll(async () => {
    world = await startIngestionWorld(names);
  }, 90_000);

  afterAll(async () => {
    await world.stop();
  });

  const rebuilt = (shopKey: string): Promise<InMessage[]> => world.readAll(TWIN, shopKey);
  const states = () =>
    world.mongo.collection<{ _id: string; rev: number; rebuilding?: object }>('shop_state');
  const stateOf = (shopKey: string) => states().findOne({ _id: `${shopKey}:1` });
  const archivedIds = async (shopKey: string): Promise<Set<string>> => {
    const events = world.mongo.collection<{ eventId: string }>('raw_events');
    const found = await events.find({ shopKey }, { projection: { eventId: 1 } }).toArray();
    return new Set(found.map(({ eventId }) => eventId));
  };

  async function shopWithOrders(
    count: number,
    timezone = 'Europe/London',
  ): Promise<{ shopKey: ShopKey; epoch: number }> {
    const scope = await world.connectedShop({ timezone });
    const orders = await Promise.all(
      Array.from({ length: count }, (_, n) =>
        world.event(scope, {
          body: rawOrderBody(String(FIRST_ORDER + BigInt(n)), { warehouse_id: NEEDLE }),
        }),
      ),
    );
    await world.send(...orders);
    await eventually(async () => {
      expect(await world.readAll(factTopic('order'), scope.shopKey)).toHaveLength(count);
    }, PATIENT);
    return scope;
  }

  function fenceOf(shopKey: ShopKey): OutMessage {
    const record = {
      ...{ v: 1, scope: shopScope(shopKey), erasedThroughEpoch: 1, ledgerSeq: 1 },
      ...{ requestId: createUlid(), at: new Date().toISOString() },
    };
    return {
      ...{ topic: TOPIC.fence, key: record.scope, value: Buffer.from(JSON.stringify(record)) },
    };
  }

  /** Facts on the twin, of every shop. */
  const sentInAll = async (): Promise<bigint> =>
    (await world.admin.topicOffsets(TWIN)).reduce((sum, { high }) => sum + BigInt(high), 0n);
  /** Begins one, and stops it at its first facts. */
  async function haltedRebuild(shopKey: string, signal: 'SIGKILL' | 'SIGSTOP') {
    const before = await sentInAll();
    const run = world.replay(['rebuild', '--shop', shopKey]);
    while ((await sentInAll()) === before) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    run.kill(signal);
    return run;
  }

  it('sends the whole archive under the next revision, which live facts bear from then on', async () => {
    const { shopKey, epoch } = await shopWithOrders(20);
    const live = (await world.readAll(factTopic('order'), shopKey)).map(factOf);

    const run = await world.replay(['rebuild', '--shop', shopKey]).ended;

    expect(run.how).toBe(0);
    expect(run.out).toMatch(/^revision 1: 20 archived events read, 20 facts sent by this run, 0 /m);
    const facts = (await rebuilt(shopKey)).map(factOf);
    const byId = (one: Fact, other: Fact) => one.id.localeCompare(other.id);
    expect(facts.toSorted(byId)).toEqual(
      live.map((fact) => ({ ...fact, rev: 1, origin: 'rebuild' })).toSorted(byId),
    );
    await world.send(
      await world.event({ shopKey, epoch }, { body: rawOrderBody(String(FIRST_ORDER + 77n)) }),
    );
    const after = await world.factsOf(shopKey, 21);
    expect(after.map(factOf).map(({ rev }) => rev)).toEqual([...live.map(() => 0), 1]);
    expect((await stateOf(shopKey))?.rebuilding).toBeUndefined();
  }, 120_000);

  it('sends events too that were archived under their bare ids', async () => {
    const { shopKey } = await shopWithOrders(4);
    const events = world.mongo.collection<{ _id: string; eventId?: string }>('raw_events');
    const kept = await events.find({ shopKey }).toArray();
    const bare = kept.slice(0, 2).map(({ eventId = '', ...event }) => ({ ...event, _id: eventId }));
    await events.deleteMany({ _id: { $in: kept.slice(0, 2).map(({ _id }) => _id) } });
    await events.insertMany(bare);

    const run = await world.replay(['rebuild', '--shop', shopKey]).ended;

    expect(run.out).toMatch(/^revision 1: 4 archived events read, 4 facts sent by this run, 0 /m);
    const ids = (await rebuilt(shopKey)).map((message) => factOf(message).id);
    expect(new Set(ids)).toEqual(new Set(kept.map(({ eventId }) => eventId)));
  }, 120_000);

  // Two years behind an order of the 23rd: its day is today's in one zone, in the other yesterday's.
  it.each([
    ['sends the first day that is kept', 'America/Los_Angeles', '2028-11-24T02:00:00Z', 1],
    ['leaves out the day before it', 'Asia/Jakarta', '2028-11-23T20:00:00Z', 0],
  ])(
    '%s, by the calendar of the shop: in %s',
    async (_what, timezone, shown, sent) => {
      const { shopKey } = await shopWithOrders(1, timezone);
      const CLOCK_AT = `${shown}@${new Date().toISOString()}`;

      const run = await world.replay(['rebuild', '--shop', shopKey], { CLOCK_AT }).ended;

      expect(run.out).toContain(
        `1 archived events read, ${String(sent)} facts sent by this run, ${String(1 - sent)} expired`,
      );
      expect(await rebuilt(shopKey)).toHaveLength(sent);
    },
    120_000,
  );

  it('goes on under the same revision after it was killed, until archive and facts agree', async () => {
    const { shopKey } = await shopWithOrders(3_000);
    const first = await haltedRebuild(shopKey, 'SIGKILL');
    await first.ended;
    const left = await stateOf(shopKey);
    const sentBefore = (await rebuilt(shopKey)).length;

    const second = await world.replay(['rebuild', '--shop', shopKey]).ended;

    expect(left?.rebuilding).toBeDefined();
    expect(sentBefore).toBeLessThan(3_000);
    expect([second.how, second.out]).toEqual([
      0,
      expect.stringContaining('went on with revision 1'),
    ]);
    const facts = (await rebuilt(shopKey)).map(factOf);
    expect(new Set(facts.map(({ id }) => id))).toEqual(await archivedIds(shopKey));
    expect(new Set(facts.map(({ rev }) => rev))).toEqual(new Set([1]));
    expect(await stateOf(shopKey)).toMatchObject({ rev: 1 });
  }, 300_000);

  it('ends when an erasure begins, and nothing of the shop is sent any more', async () => {
    const { shopKey } = await shopWithOrders(3_000);
    const run = await haltedRebuild(shopKey, 'SIGSTOP');
    await world.send(fenceOf(shopKey));
    run.kill('SIGCONT');

    const { how, err } = await run.ended;

    expect([how, err]).toEqual([1, expect.stringContaining('(shop.fenced)')]);
    const sent = (await rebuilt(shopKey)).length;
    expect(sent).toBeLessThan(3_000);
    const again = await world.replay(['rebuild', '--shop', shopKey]).ended;
    expect([again.how, again.err]).toEqual([1, expect.stringContaining('(shop.fenced)')]);
    expect(await rebuilt(shopKey)).toHaveLength(sent);
    // It answered the fence before it ended: an erasure need not wait for its membership to lapse.
    const acks = await world.readAll(TOPIC.ack);
    const instances = acks.map(
      ({ value }) => (JSON.parse(String(value)) as { instanceId: string }).instanceId,
    );
    expect(new Set(instances).size).toBeGreaterThanOrEqual(2);
  }, 300_000);

  it.each([
    ['a shop of nobody', () => Promise.resolve(aShopKey()), 'shop.unknown'],
    [
      'a shop that has no archive',
      async () => (await world.connectedShop()).shopKey,
      'archive.empty',
    ],
    [
      'a shop whose revisions are used up',
      async () => {
        const { shopKey } = await shopWithOrders(1);
        await states().updateOne({ _id: `${shopKey}:1` }, { $set: { rev: 255 } });
        return shopKey;
      },
      'rev.exhausted',
    ],
  ] as const)(
    'refuses %s in a sentence',
    async (_what, shop, reason) => {
      const run = await world.replay(['rebuild', '--shop', await shop()], { LOG_LEVEL: 'error' })
        .ended;

      expect([run.how, run.out]).toEqual([1, '']);
      expect(run.err).toMatch(new RegExp(`^replay: .* \\(${reason}\\)\n$`));
    },
    90_000,
  );

  it('prints no value and no id of an order', () => {
    const text = world.printed();

    expect(text).not.toContain(NEEDLE);
    expect(text).not.toContain('5764614130387');
    expect(text).not.toContain(HEADERS.id);
  });
});
