import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Mongo, OutMessage } from '@tokometrics/kit';
import { aShopKey } from '@tokometrics/testkit';
import { headId } from './domain/head-rules.ts';
import { idRange } from './domain/id-ranges.ts';
import { retentionCut } from './domain/retention.ts';
import { inClear, NOON_S, rawEvent, rawProductBody } from './raw-events.test-support.ts';
import type { RawScope } from './raw-events.test-support.ts';
import {
  createStoredChunks,
  factsOf,
  startTestMongo,
  stopTestMongo,
} from './stored-chunks.test-support.ts';

const DAY_S = 86_400;
/** The day on which what was read on the first one is two years and a week old. */
const LAST_DAY = 2 * 365 + 1 + 7;
const [LISTED, GONE] = ['1729352000000000001', '1729352000000000002'];

describe('a product that never changes', () => {
  let mongo: Mongo;

  beforeAll(async () => {
    mongo = await startTestMongo();
  }, 60_000);

  afterAll(() => stopTestMongo(mongo));

  const aShop = () => {
    const scope: RawScope = { shopKey: aShopKey(), epoch: 1 };
    const chunks = createStoredChunks(mongo);
    let seq = 0;
    const read = (id: string, day: number, isBackfill = true): Promise<OutMessage> => {
      const body = rawProductBody(id);
      const readAtS = NOON_S + day * DAY_S;
      const updatedS = body.update_time;
      seq += 1;
      return rawEvent(inClear.seal, scope, {
        ...{ resource: 'product', body, updatedS, readAtS, seq, isBackfill },
      });
    };
    const idOf = (entityId: string) => headId({ ...scope, entity: 'product', entityId });
    const archived = async () =>
      (await chunks.archive.readRange(scope.shopKey, 1, idRange(0, 1))).map(
        (event) => event.entityId,
      );
    const factsFor = (id: string) =>
      factsOf(chunks.published).filter(({ subject }) => subject === id);
    const headOf = async (id: string) => (await chunks.heads.read([idOf(id)])).get(idOf(id));
    return { ...chunks, scope, read, idOf, archived, factsFor, headOf };
  };

  it('is kept and said while it is listed, and ages out once it is gone', async () => {
    const shop = aShop();

    for (let day = 0; day <= LAST_DAY; day += 30) {
      shop.clock.nowS = NOON_S + day * DAY_S;
      const ids = day === 0 ? [LISTED, GONE] : [LISTED];
      const chunk = await Promise.all(ids.map((id) => shop.read(id, day)));
      await shop.store(chunk);
      // Delivered twice, it says nothing twice.
      await shop.store(chunk);
      await shop.sweep();
    }
    shop.clock.nowS = NOON_S + LAST_DAY * DAY_S;
    await shop.sweep();

    const cutoff = retentionCut(new Date(shop.clock.nowS * 1000));
    const said = shop.factsFor(LISTED);
    const [last] = said.toSorted((one, other) => Number(other.ver - one.ver));
    expect(String(last?.data['seenDate']) > cutoff).toBe(true);
    expect(said.map(({ data }) => data['seenDate'])).toHaveLength(13);
    const held = await shop.archived();
    expect(new Set(held)).toEqual(new Set([LISTED]));
    expect(held).toHaveLength(12);
    expect(await shop.headOf(LISTED)).toMatchObject({ updateTimeS: NOON_S - 365 * DAY_S });
    expect(shop.factsFor(GONE).every(({ data }) => String(data['seenDate']) < cutoff)).toBe(true);
    expect(await shop.headOf(GONE)).toBeUndefined();
  });

  it('is said again once where its head is from before readings were dated', async () => {
    const shop = aShop();
    await shop.store([await shop.read(LISTED, 0)]);
    await mongo
      .collection('entity_heads')
      .updateMany({ shopKey: shop.scope.shopKey }, { $unset: { fetchedAt: '' } });

    for (const day of [1, 2, 3]) {
      await shop.store([await shop.read(LISTED, day)]);
    }

    expect(shop.factsFor(LISTED).map(({ data }) => data['seenDate'])).toEqual([
      '2026-11-23',
      '2026-11-24',
    ]);
  });

  it('is not said again on the other topic because it was due on this one', async () => {
    const shop = aShop();

    await shop.store([await shop.read(LISTED, 0), await shop.read(LISTED, 0, false)]);
    await shop.store([await shop.read(LISTED, 60)]);
    await shop.store([await shop.read(LISTED, 61, false)]);

    expect(shop.published.map(({ topic }) => topic)).toEqual([
      'tm.fact.product.v1.bf',
      'tm.fact.product.v1',
      'tm.fact.product.v1.bf',
    ]);
  });
});
