import { describe, expect, it } from '@jest/globals';
import { GAP_TYPE, HEADERS } from '@tokometrics/contracts';
import type { InMessage } from '@tokometrics/kit';
import { aShopKey, between, seeded, shuffled } from '@tokometrics/testkit';
import type { Dice } from '@tokometrics/testkit';
import {
  factMessage,
  gapMessage,
  markerMessage,
  productFactOf,
} from '../adapters/facts.test-support.ts';
import type { Tenant } from '../adapters/facts.test-support.ts';
import { inLaterSchema, withUnknownValues } from '../adapters/later-schema.test-support.ts';
import { randomStream } from '../adapters/stream.test-support.ts';
import { FATES } from '../domain/chunk-counts.ts';
import { bucketKey } from '../domain/dirty-buckets.ts';
import type { Reading } from '../domain/read-fact.ts';
import { createWorld, isOpen, reading, untilAllCommitted } from './sink-lives.test-support.ts';
import type { World } from './sink-lives.test-support.ts';
import { createTables } from './sink-world.fixture.ts';
import { expectGapsExact, gapOf } from './sink-gaps.test-support.ts';
import type { Rolled, Tables } from './sink-world.fixture.ts';

const SEEDS = Array.from({ length: 40 }, (_, seed) => seed + 1);

/** Each record once, one after another, by nobody who fails: what the tables are to hold. */
function oracleOf(world: World): Tables {
  const tables = createTables();
  const touched = new Map<string, [Rolled, string]>();
  for (const message of world.log) {
    const read = reading(message);
    if (read.kind === 'fact' && isOpen(world, read.fact.scope)) {
      for (const { table, line } of read.fact.rows) {
        tables.insert(table, [line]);
      }
      for (const { rollup, bucket } of read.fact.dirty) {
        touched.set(`${rollup} ${bucketKey(bucket)}`, [rollup, bucketKey(bucket)]);
      }
    }
  }
  for (const [rolled, bucket] of touched.values()) {
    tables.roll(rolled, bucket, 1, tables.versionsOf(rolled, bucket));
  }
  return tables;
}

const openReadings = (world: World): Reading[] =>
  world.log.map(reading).filter((read) => {
    const fact = read.kind === 'fact' ? read.fact : gapOf(read);
    return fact !== undefined && isOpen(world, fact.scope);
  });

const shown = (rows: ReadonlyMap<string, bigint>): Record<string, string> =>
  Object.fromEntries(
    [...rows].map(([key, ver]) => [key, String(ver)] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
  );

function expectExact(world: World, truth = oracleOf(world)): void {
  for (const [rolled, bucket] of truth.buckets()) {
    expect({ rolled, bucket, ...shown(world.tables.rollup(rolled, bucket)) }).toEqual({
      ...{ rolled, bucket },
      ...shown(truth.rollup(rolled, bucket)),
    });
  }
}

/** Of two products, each version read on some day of a week. */
function productVersions(dice: Dice, { shopKey, epoch, zone }: Tenant): InMessage[] {
  return ['11', '12'].flatMap((productId) =>
    Array.from({ length: 6 }, (_, index) => {
      const at = `2026-03-0${String(between(dice, 1, 7))}T12:00:00Z`;
      const skus = [{ id: `${productId}1`, price: String(between(dice, 1, 3)) }];
      const fact = productFactOf(zone, at, skus, { productId });
      return factMessage({ shopKey, epoch, zone }, 'product', productId, fact, index + 1);
    }),
  );
}

const sourceVersion = (rowVer: bigint): string => String(rowVer >> 8n);

/** What ingestion says of a record that it could not read. */
const gapFor = (tenant: Tenant, message: InMessage): InMessage[] => {
  const read = reading(message);
  if (read.kind !== 'fact') {
    return [];
  }
  const { resource, entityId, ver } = read.fact;
  return [gapMessage(tenant, { resource, entityId, ver: sourceVersion(ver) })];
};

/** Of another major version: the sink refuses it, and says itself what is missing. */
const unknown = (message: InMessage): InMessage => ({
  ...message,
  headers: {
    ...message.headers,
    [HEADERS.type]: (message.headers[HEADERS.type] ?? '').replace(/v1$/, 'v2'),
  },
});

/** A record comes, or is missing, or both in any order; of a few there is a version that never comes. */
const orMissing = (dice: Dice, tenant: Tenant, message: InMessage): InMessage[] => {
  const drawn = dice();
  const missed = drawn < 0.2 ? gapFor(tenant, message) : [];
  return drawn < 0.06
    ? missed
    : drawn < 0.25
      ? [message, ...missed]
      : drawn < 0.3
        ? [unknown(message)]
        : [message];
};

/** Records of every kind: two shops, versions in disorder, repeats, what nobody can read, markers. */
function randomLog(dice: Dice, tenants: readonly Tenant[]): InMessage[] {
  const facts = tenants.flatMap((tenant) => [
    ...[...randomStream(dice, tenant, 14).messages, ...productVersions(dice, tenant)].flatMap(
      (message) => orMissing(dice, tenant, message),
    ),
    gapMessage(tenant, { entityId: 'never' }),
  ]);
  const mixed = shuffled(dice, [...facts, ...facts.filter(() => dice() < 0.1)]);
  return mixed.flatMap((message, index) => {
    const poison = { ...message, value: Buffer.from('{"half": ') };
    const tenant = tenants[index % tenants.length];
    return [
      message,
      ...(dice() < 0.03 ? [poison] : []),
      ...(dice() < 0.06 && tenant !== undefined
        ? [markerMessage(tenant, { from: 0, through: index + 1 })]
        : []),
    ];
  });
}

const tenantOf = (epoch = 1, shopKey: Tenant['shopKey'] = aShopKey()): Tenant => ({
  ...{ shopKey, epoch, zone: 'Asia/Kolkata' },
});

describe('the sink, while stores refuse, answers are lost and the process dies', () => {
  let lives = 0;
  let [missed, closed, refused] = [0, 0, 0];

  it.each(SEEDS)(
    'ends exact, and commits and calls complete only what is rolled (seed %d)',
    async (seed) => {
      const dice = seeded(seed);
      const world = createWorld(dice, randomLog(dice, [tenantOf(), tenantOf()]));

      await untilAllCommitted(world);

      lives += world.lives;
      missed += openReadings(world).filter((read) => gapOf(read) !== undefined).length;
      closed += world.gaps.closed();
      expectExact(world);
      expectGapsExact(world.gaps, openReadings(world));
      expect(new Set(world.told.map(({ marker }) => marker.through))).toEqual(
        new Set(
          world.log.flatMap((message) => {
            const read = reading(message);
            return read.kind === 'marker' ? [read.marker.through] : [];
          }),
        ),
      );
      for (const { consumed, byFate } of world.counts) {
        expect(FATES.reduce((sum, fate) => sum + byFate[fate], 0)).toBe(consumed);
      }
    },
  );

  it.each(SEEDS)(
    'parks what the store refuses alone, and calls nothing complete before the rows beside it (seed %d)',
    async (seed) => {
      const dice = seeded(3_000 + seed);
      // By its id: a repeat of a record is refused as well.
      const world = createWorld(
        dice,
        randomLog(dice, [tenantOf(), tenantOf()]),
        ({ headers }) =>
          headers[HEADERS.type] !== GAP_TYPE && /^[0-2]/.test(headers[HEADERS.id] ?? ''),
      );

      await untilAllCommitted(world);

      refused += world.refused.size;
      expectExact(world);
      expectGapsExact(world.gaps, openReadings(world));
      for (const { consumed, byFate } of world.counts) {
        expect(FATES.reduce((sum, fate) => sum + byFate[fate], 0)).toBe(consumed);
      }
    },
  );

  it.each(SEEDS)(
    'leaves nothing of a connection that is erased, and all of the next one (seed %d)',
    async (seed) => {
      const dice = seeded(1_000 + seed);
      const [leaving, staying] = [tenantOf(), tenantOf()];
      const again = tenantOf(2, leaving.shopKey);
      const first = randomLog(dice, [leaving, staying]);
      // What was sent of the old connection comes once more, in the middle of the new one.
      const repeated = first.filter(({ key }) => key === leaving.shopKey && dice() < 0.4);
      const late = shuffled(dice, [...randomLog(dice, [again]), ...repeated]);
      const world = createWorld(dice, [...first, ...late]);

      await untilAllCommitted(world, leaving);

      expect(world.tables.countOf(leaving)).toBe(0);
      expect(world.tables.countOf(again)).toBeGreaterThan(0);
      expectExact(world);
      expectGapsExact(world.gaps, openReadings(world));
    },
  );

  it.each(SEEDS)(
    'ends with the figures and rows of one version of the schema, whichever wrote a record (seed %d)',
    async (seed) => {
      const dice = seeded(2_000 + seed);
      const drawn = randomLog(dice, [tenantOf(), tenantOf()]);
      // By its id, so that a repeat of a record has the content that the record has.
      const plain = drawn.map((one) =>
        /^[0-3]/.test(one.headers[HEADERS.id] ?? '') ? withUnknownValues(one) : one,
      );
      const world = createWorld(
        dice,
        plain.map((one) => (dice() < 0.5 ? inLaterSchema(one) : one)),
      );
      const alone = createWorld(dice, plain);
      const truth = oracleOf(alone);

      await untilAllCommitted(world);

      expectExact(world, truth);
      expectGapsExact(world.gaps, openReadings(world));
      expect(world.tables.contents()).toEqual(truth.contents());
      expect(world.parked).toEqual(
        new Set(alone.log.filter((one) => reading(one).kind === 'parked').map((one) => one.offset)),
      );
    },
  );

  it('has died often in these runs: others would prove little', () => {
    expect(lives).toBeGreaterThan(3 * SEEDS.length);
  });

  it('has missed many records in these runs, and many of them came', () => {
    expect(missed).toBeGreaterThan(10 * SEEDS.length);
    expect(closed).toBeGreaterThan(10 * SEEDS.length);
  });

  it('has refused many records in these runs', () => {
    expect(refused).toBeGreaterThan(5 * SEEDS.length);
  });
});
