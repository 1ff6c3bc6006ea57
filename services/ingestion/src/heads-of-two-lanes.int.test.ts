import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { versionOf } from '@tokometrics/contracts';
import type { Mongo, OutMessage } from '@tokometrics/kit';
import { aShopKey } from '@tokometrics/testkit';
import fc from 'fast-check';
import { headId } from './domain/head-rules.ts';
import type { Head, Lane } from './domain/head-rules.ts';
import type { StoreDeps } from './messaging/store-chunk.ts';
import { inClear, NOON_S, rawEvent, rawOrderBody } from './raw-events.test-support.ts';
import {
  createStoredChunks,
  factsOf,
  startTestMongo,
  stopTestMongo,
} from './stored-chunks.test-support.ts';

const ORDER = '576461413038785701';

interface Reading {
  readonly updated: number;
  readonly seq: number;
  readonly status: string;
  readonly isBackfill?: boolean;
}

describe('the head of an entity that is read on two topics at a time', () => {
  let mongo: Mongo;

  beforeAll(async () => {
    mongo = await startTestMongo();
  }, 60_000);

  afterAll(() => stopTestMongo(mongo));

  const aShop = () => {
    const scope = { shopKey: aShopKey(), epoch: 1 };
    const chunks = createStoredChunks(mongo);
    const read = ({ updated, seq, status, isBackfill = false }: Reading): Promise<OutMessage> => {
      const updatedS = NOON_S + updated;
      const body = rawOrderBody(ORDER, { update_time: updatedS, status });
      return rawEvent(inClear.seal, scope, { body, updatedS, seq, isBackfill });
    };
    const store = async (reading: Reading, change?: Partial<StoreDeps>) =>
      chunks.store([await read(reading)], change);
    const id = headId({ ...scope, entity: 'order', entityId: ORDER });
    const newestSaid = () =>
      factsOf(chunks.published).reduce((best, fact) => (fact.ver > best.ver ? fact : best));
    /** The history's chunk has read the head, and writes it when the live one is long done. */
    const storeLate = async (late: Reading, meanwhile: () => Promise<unknown>): Promise<void> => {
      await store(late, {
        writeHeads: async (changed) => {
          await meanwhile();
          await chunks.heads.write(changed);
        },
      });
    };
    return { ...chunks, scope, id, store, storeLate, newestSaid };
  };

  it('stays the newest one, whichever chunk writes last', async () => {
    const shop = aShop();

    await shop.storeLate({ updated: 3, seq: 1, status: 'OLD', isBackfill: true }, () =>
      shop.store({ updated: 5, seq: 2, status: 'NEW' }),
    );

    const head = (await shop.heads.read([shop.id])).get(shop.id);
    expect(head).toMatchObject({ ver: versionOf(NOON_S + 5, 2), lanes: ['live'] });
    expect(shop.newestSaid().data['status']).toBe('NEW');
  });

  it('lets what is newest be said where it is what it was before within the same second', async () => {
    const shop = aShop();
    await shop.storeLate({ updated: 5, seq: 1, status: 'A', isBackfill: true }, () =>
      shop.store({ updated: 5, seq: 2, status: 'B' }),
    );

    await shop.store({ updated: 5, seq: 3, status: 'A', isBackfill: true });

    expect(shop.newestSaid()).toMatchObject({ ver: BigInt(versionOf(NOON_S + 5, 3)) });
    expect(shop.newestSaid().data['status']).toBe('A');
  });

  it('has another content under the newest version parked, whatever a late chunk has written', async () => {
    const shop = aShop();
    await shop.storeLate({ updated: 3, seq: 1, status: 'OLD', isBackfill: true }, () =>
      shop.store({ updated: 5, seq: 2, status: 'NEW' }),
    );

    expect(await shop.store({ updated: 5, seq: 2, status: 'OTHER' })).toEqual(['ver_conflict']);
  });

  it('is the newest that either reader has written, and said wherever that was said', async () => {
    const { heads } = createStoredChunks(mongo);
    const head = (shopKey: string, seq: number, writtenOn: Lane): Head => ({
      ...{ shopKey, epoch: 1, entity: 'order', entityId: ORDER, updateTimeS: NOON_S },
      // Beyond 2^53, where neighbours are one number to JavaScript; two of them say the same.
      ...{ ver: versionOf(NOON_S, seq), contentHash: String(seq >> 1), lanes: [writtenOn] },
      ...{ localDate: '2026-11-23', expireAt: new Date((NOON_S + 9) * 1000), writtenOn },
    });
    const written = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(written, written, async (live, backfill) => {
        const shopKey = aShopKey();
        const id = headId({ shopKey, epoch: 1, entity: 'order', entityId: ORDER });
        const writeAll = async (lane: Lane, seqs: readonly number[]): Promise<void> => {
          for (const seq of seqs.toSorted((one, other) => one - other)) {
            await heads.write(new Map([[id, head(shopKey, seq, lane)]]));
          }
        };
        await Promise.all([writeAll('live', live), writeAll('backfill', backfill)]);

        const [ofLive, ofBackfill] = [Math.max(0, ...live), Math.max(0, ...backfill)];
        const newest = Math.max(ofLive, ofBackfill);
        const lanes = new Set([
          ...(ofLive > 0 && ofLive >> 1 === newest >> 1 ? ['live'] : []),
          ...(ofBackfill > 0 && ofBackfill >> 1 === newest >> 1 ? ['backfill'] : []),
        ]);
        const found = (await heads.read([id])).get(id);
        expect(found?.ver).toBe(newest === 0 ? undefined : versionOf(NOON_S, newest));
        expect(new Set(found?.lanes)).toEqual(lanes);
      }),
      { numRuns: 100 },
    );
  });

  it('is known from a document of before, and stays known when the other reader goes on', async () => {
    const shop = aShop();
    await shop.store({ updated: 5, seq: 2, status: 'NEW' });
    await mongo
      .collection('entity_heads')
      .updateMany({ shopKey: shop.scope.shopKey }, { $unset: { writtenOn: '' } });

    await shop.store({ updated: 3, seq: 1, status: 'OLD', isBackfill: true });
    await shop.store({ updated: 5, seq: 2, status: 'NEW', isBackfill: true });
    const said = shop.published.length;
    await shop.store({ updated: 5, seq: 2, status: 'NEW', isBackfill: true });
    await shop.store({ updated: 5, seq: 3, status: 'NEW' });

    expect(said).toBe(3);
    expect(shop.published).toHaveLength(said);
    await shop.heads.erase(shop.scope.shopKey, 1);
    expect((await shop.heads.read([shop.id])).size).toBe(0);
  });
});
