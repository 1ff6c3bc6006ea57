import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { InMessage } from '@tokometrics/kit';
import { aShopKey, engineEnv } from '@tokometrics/testkit';
import fc from 'fast-check';
import { z } from 'zod';
import { factMessage, orderFactOf } from './facts.test-support.ts';
import type { Tenant } from './facts.test-support.ts';
import { startTestSink } from './sink.test-support.ts';
import type { TestSink } from './sink.test-support.ts';

const AT = '2026-03-02T05:00:00Z';
const row = z.object({ shown: z.string() });

/** An order as read at `seq`, normalised by the rules of content revision `rev`. */
interface Version {
  readonly seq: number;
  readonly rev: number;
}

/** Each version has a price of its own, so that the figures tell which of them won. */
const priceOf = ({ seq, rev }: Version): string => `${String(100 * seq + rev)}.00`;

function factOf(tenant: Tenant, id: string, version: Version): InMessage {
  const lines = [{ product: 'P1', price: priceOf(version) }];
  const fact = orderFactOf(tenant.zone, { id, createdAt: AT, paidAt: AT, lines });
  const message = factMessage(tenant, 'order', id, fact, version.seq);
  const envelope = JSON.parse(String(message.value)) as object;
  const origin = version.rev === 0 ? 'live' : 'rebuild';
  const value = Buffer.from(JSON.stringify({ ...envelope, rev: version.rev, origin }));
  return { ...message, value };
}

describe('the content revision of a fact', () => {
  let sink: TestSink;

  beforeAll(async () => {
    sink = await startTestSink(engineEnv().CLICKHOUSE_URL);
  }, 60_000);

  afterAll(() => sink.stop());

  const aTenant = (): Tenant => ({ shopKey: aShopKey(), epoch: 1, zone: 'Asia/Jakarta' });
  const read = async (sql: string, { shopKey }: Tenant): Promise<string[]> =>
    (await sink.clickhouse.query(sql, { shopKey }, row)).map(({ shown }) => shown);
  const gross = (tenant: Tenant) =>
    read(
      `SELECT toString(sum(gross_sales)) AS shown FROM shop_daily FINAL
       WHERE shop_key = {shopKey:String}`,
      tenant,
    );
  const orders = (tenant: Tenant) =>
    read(
      `SELECT toString(arraySum(lines.original_price)) AS shown FROM orders FINAL
       WHERE shop_key = {shopKey:String} ORDER BY order_id`,
      tenant,
    );
  const storeAll = async (tenant: Tenant, versions: readonly Version[]): Promise<void> => {
    for (const version of versions) {
      expect(await sink.store([factOf(tenant, '1', version)])).toEqual({ parked: [] });
    }
  };

  it.each([
    [
      'rebuilt content wins over what it replaces',
      [
        [1, 0],
        [1, 1],
      ],
      101,
    ],
    [
      'a fact of before the rebuild that comes again loses',
      [
        [1, 0],
        [1, 1],
        [1, 0],
      ],
      101,
    ],
    [
      'a newer source version wins with a lower revision',
      [
        [1, 1],
        [2, 0],
      ],
      200,
    ],
    [
      'a rebuild of an older source version loses',
      [
        [2, 0],
        [1, 1],
      ],
      200,
    ],
    [
      'the last of many revisions wins',
      [
        [1, 0],
        [1, 255],
        [1, 254],
      ],
      355,
    ],
  ] as const)('decides: %s', async (_what, versions, price) => {
    const tenant = aTenant();

    await storeAll(
      tenant,
      versions.map(([seq, rev]) => ({ seq, rev })),
    );

    expect(await orders(tenant)).toEqual([String(price)]);
    expect(await gross(tenant)).toEqual([String(price)]);
  });

  it('gives one figure whatever the order and the chunks in which facts come', async () => {
    const version = fc.record({
      id: fc.constantFrom('1', '2'),
      seq: fc.integer({ min: 1, max: 3 }),
      rev: fc.constantFrom(0, 1, 255),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(version, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 4 }),
        async (versions, size) => {
          const tenant = aTenant();
          for (let at = 0; at < versions.length; at += size) {
            const chunk = versions.slice(at, at + size);
            await sink.store(chunk.map((one) => factOf(tenant, one.id, one)));
          }
          const best = ['1', '2'].flatMap((id) => {
            const [newest] = versions
              .filter((one) => one.id === id)
              .toSorted((one, other) => other.seq - one.seq || other.rev - one.rev);
            return newest === undefined ? [] : [Number(priceOf(newest))];
          });
          expect(await orders(tenant)).toEqual(best.map(String));
          expect(await gross(tenant)).toEqual([String(best.reduce((sum, one) => sum + one, 0))]);
        },
      ),
      { numRuns: 20 },
    );
  }, 120_000);
});
