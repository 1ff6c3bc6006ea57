import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { shopScope } from '@tokometrics/contracts';
import type { ShopKey, ShopLifecycle } from '@tokometrics/contracts';
import { createLogger, createMongo, createUlid } from '@tokometrics/kit';
import type { InMessage, Mongo } from '@tokometrics/kit';
import { aShopKey, aShopLifecycle, engineEnv } from '@tokometrics/testkit';
import { prepareChunk } from '../messaging/prepare-chunk.ts';
import { inClear, rawEvent, rawOrderBody } from '../raw-events.test-support.ts';
import { createValidators } from './ajv-validators.ts';
import { createMongoShopStates } from './mongo-shop-state.ts';
import type { ShopStates } from './mongo-shop-state.ts';
import { createZones } from './shop-zones.ts';
import type { Zones } from './shop-zones.ts';

const JAKARTA = 'Asia/Jakarta';
const NEW_YORK = 'America/New_York';
const validators = createValidators();
const seconds = (at: string): number => Date.parse(at) / 1000;

/** Placed and paid on the 22nd by the clocks of New York, on the 23rd by those of Jakarta. */
const PLACED = seconds('2026-11-22T18:30:00Z');
const IN_JAKARTA = { localDate: '2026-11-23', saleDate: '2026-11-23', cancelDate: '2026-11-25' };
const IN_NEW_YORK = { localDate: '2026-11-22', saleDate: '2026-11-22', cancelDate: '2026-11-24' };

describe('the zone in which the days of a connection are cut', () => {
  let mongo: Mongo;
  let states: ShopStates;

  beforeAll(async () => {
    const log = createLogger({ service: 'ingestion-test', level: 'error' });
    const database = `test_${createUlid().toLowerCase()}`;
    mongo = createMongo({ url: engineEnv().MONGO_URL, database, log });
    await mongo.start();
    states = createMongoShopStates(mongo);
  }, 60_000);

  afterAll(async () => {
    await mongo.collection('shop_state').deleteMany({});
    await mongo.stop();
  });

  /** Announcements as the compacted topic tells them: the newest of a shop. */
  const announcements = () => {
    const newest = new Map<string, ShopLifecycle>();
    return {
      announce: (shopKey: ShopKey, epoch: number, timezone: string) =>
        newest.set(shopKey, aShopLifecycle({ shopKey, epoch, timezone })),
      announced: (shopKey: string, epoch: number) => {
        const shop = newest.get(shopKey);
        return Promise.resolve(shop === undefined || shop.epoch < epoch ? undefined : shop);
      },
    };
  };
  const aProcess = (shops: ReturnType<typeof announcements>): Zones =>
    createZones({
      ...{ shops, states },
      // Nothing is closed here: what a fence does to a write is told beside `guardedChunk`.
      guardedChunk: async (scopes, write) => ({ value: await write(scopes), fenced: [] }),
    });
  const stored = async (shopKey: string) => {
    const found = await mongo
      .collection<{ _id: string; shopKey: string; epoch: number; zone: string }>('shop_state')
      .find({ shopKey })
      .toArray();
    return found.map(({ epoch, zone }) => [epoch, zone]).sort();
  };

  /** The days that a process gives to a version of an order that was cancelled two days later. */
  const daysOf = async (zones: Zones, scope: { shopKey: string; epoch: number }, seq: number) => {
    const body = rawOrderBody('576461413038785752', {
      status: 'CANCELLED',
      ...{ create_time: PLACED, paid_time: PLACED, update_time: PLACED + seq },
      cancel_time: seconds('2026-11-24T18:30:00Z'),
    });
    const event = await rawEvent(inClear.seal, scope, { body, updatedS: PLACED + seq });
    const { topic, key, value, headers = {} } = event;
    const message: InMessage = {
      ...{ topic, key, value, headers },
      ...{ partition: 0, offset: String(seq), timestamp: 0 },
    };
    const [prepared] = await prepareChunk(
      {
        isFenced: () => false,
        open: inClear.open,
        zoneOf: (shopKey, epoch) => zones.zoneOf(shopKey, epoch),
        validators,
        cutoff: () => '2024-11-24',
      },
      [message],
    );
    return prepared?.kind === 'event' ? prepared.fact : prepared;
  };

  it('moves no closed day when a shop is announced with another zone, in this process or the next', async () => {
    const shops = announcements();
    const scope = { shopKey: aShopKey(), epoch: 1 };
    const zones = aProcess(shops);
    shops.announce(scope.shopKey, 1, JAKARTA);
    expect(await daysOf(zones, scope, 1)).toMatchObject(IN_JAKARTA);

    shops.announce(scope.shopKey, 1, NEW_YORK);

    expect(await daysOf(zones, scope, 2)).toMatchObject(IN_JAKARTA);
    expect(await daysOf(aProcess(shops), scope, 3)).toMatchObject(IN_JAKARTA);
    zones.forget(shopScope(scope.shopKey));
    expect(await daysOf(zones, scope, 4)).toMatchObject(IN_JAKARTA);
    expect(await stored(scope.shopKey)).toEqual([[1, JAKARTA]]);
  });

  it('dates the past anew by the new zone for a new connection, and leaves the old one as it was', async () => {
    const shops = announcements();
    const shopKey = aShopKey();
    const zones = aProcess(shops);
    shops.announce(shopKey, 1, JAKARTA);
    expect(await daysOf(zones, { shopKey, epoch: 1 }, 1)).toMatchObject(IN_JAKARTA);

    shops.announce(shopKey, 2, NEW_YORK);

    for (const process of [zones, aProcess(shops)]) {
      expect(await daysOf(process, { shopKey, epoch: 2 }, 1)).toMatchObject(IN_NEW_YORK);
      expect(await daysOf(process, { shopKey, epoch: 1 }, 2)).toMatchObject(IN_JAKARTA);
    }
    expect(await stored(shopKey)).toEqual([
      [1, JAKARTA],
      [2, NEW_YORK],
    ]);
  });

  it('is unknown, and nothing is stored, until the connection itself is announced', async () => {
    const shops = announcements();
    const shopKey = aShopKey();
    const zones = aProcess(shops);
    expect(await daysOf(zones, { shopKey, epoch: 1 }, 1)).toMatchObject({ reason: 'unknown_shop' });

    shops.announce(shopKey, 1, JAKARTA);

    expect(await daysOf(zones, { shopKey, epoch: 2 }, 1)).toMatchObject({ reason: 'unknown_shop' });
    expect(await stored(shopKey)).toEqual([]);
    expect(await daysOf(zones, { shopKey, epoch: 1 }, 1)).toMatchObject(IN_JAKARTA);
  });

  it('is one for all processes that meet a connection at the same time, whatever each has heard', async () => {
    const shopKey = aShopKey();
    const heard = [JAKARTA, NEW_YORK, 'Asia/Kolkata', 'Europe/London'].map((zone) => {
      const shops = announcements();
      shops.announce(shopKey, 1, zone);
      return aProcess(shops);
    });

    const zones = await Promise.all(heard.map((process) => process.zoneOf(shopKey, 1)));

    expect(new Set(zones).size).toBe(1);
    expect(await stored(shopKey)).toEqual([[1, zones[0]]]);
  });

  it('is gone with the connections that are erased, and with no other', async () => {
    const shops = announcements();
    const [shopKey, other] = [aShopKey(), aShopKey()];
    shops.announce(shopKey, 1, JAKARTA);
    shops.announce(other, 1, JAKARTA);
    const zones = aProcess(shops);
    await zones.zoneOf(shopKey, 1);
    await zones.zoneOf(other, 1);
    shops.announce(shopKey, 2, NEW_YORK);
    await zones.zoneOf(shopKey, 2);

    expect(await states.erase(shopKey, 1)).toEqual({ found: 1, removed: 1 });

    expect(await stored(shopKey)).toEqual([[2, NEW_YORK]]);
    expect(await stored(other)).toEqual([[1, JAKARTA]]);
  });

  it('leaves a revision that a rebuild has raised where it is', async () => {
    const scope = { shopKey: aShopKey(), epoch: 1 };
    expect(await states.open({ ...scope, zone: JAKARTA, rev: 0 })).toMatchObject({ rev: 0 });
    const rebuilding = {
      ...{ owner: 'r', heldUntil: new Date(0) },
      ...{ parts: 2, next: 1, done: 5, total: 9 },
    };
    const untouched = { rev: 0, rebuilding: undefined };
    expect(await states.replace(scope, untouched, { rev: 1, rebuilding })).toBe(true);

    const opened = await states.open({ ...scope, zone: NEW_YORK, rev: 0 });

    expect(opened).toMatchObject({ ...scope, zone: JAKARTA, rev: 1, rebuilding });
    expect(await states.find(scope.shopKey, 1)).toEqual(opened);
    expect(await states.revs([scope, { ...scope, epoch: 2 }])).toEqual(
      new Map([[`${scope.shopKey}:1`, 1]]),
    );
  });
});
