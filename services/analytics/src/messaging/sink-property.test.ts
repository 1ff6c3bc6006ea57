import { describe, expect, it } from '@jest/globals';
import { HEADERS } from '@tokometrics/contracts';
import type { InMessage } from '@tokometrics/kit';
import {
  aShopKey,
  between,
  createStep,
  Dead,
  liveUntilDone,
  pick,
  seeded,
  shuffled,
  turns,
  untilTaken,
} from '@tokometrics/testkit';
import type { Dice, Life, Odds } from '@tokometrics/testkit';
import { factMessage, markerMessage, productFactOf } from '../adapters/facts.test-support.ts';
import type { Tenant } from '../adapters/facts.test-support.ts';
import { createFactValidators } from '../adapters/fact-validators.ts';
import { inLaterSchema, withUnknownValues } from '../adapters/later-schema.test-support.ts';
import { randomStream } from '../adapters/stream.test-support.ts';
import type { ChunkCounts } from '../domain/chunk-counts.ts';
import { FATES } from '../domain/chunk-counts.ts';
import { bucketKey } from '../domain/dirty-buckets.ts';
import { createPassQueue } from '../domain/pass-queue.ts';
import { readFact } from '../domain/read-fact.ts';
import type { Reading, Scope } from '../domain/read-fact.ts';
import { guardPass } from './guard-pass.ts';
import { prepareChunk } from './prepare-chunk.ts';
import { createPass, createTables, ROLLED, rowOf } from './sink-world.fixture.ts';
import type { Rolled, Tables } from './sink-world.fixture.ts';
import { storeChunk } from './store-chunk.ts';
import type { StoreDeps, StoredMarker } from './store-chunk.ts';

const validators = createFactValidators();
const CUTOFF = '2024-01-01';
const FAULTS: Odds = { refuse: 0.02, loseAnswer: 0.02, die: 0.016 };
const IN_FLIGHT = 4;
/** Few, so that a chunk's days are rolled in several pieces. */
const HISTORY_BUCKETS_PER_PASS = 3;
const LANES = ['live', 'history', 'history'] as const;
const SEEDS = Array.from({ length: 40 }, (_, seed) => seed + 1);

interface World {
  readonly dice: Dice;
  readonly log: readonly InMessage[];
  readonly tables: Tables;
  readonly closed: Set<string>;
  readonly parked: Set<string>;
  readonly counts: ChunkCounts[];
  /** What readers are told, in order. */
  readonly told: StoredMarker[];
  readonly odds: { current: Odds };
  committed: number;
  lives: number;
}

const scopeName = ({ shopKey, epoch }: Scope): string => `${shopKey}:${String(epoch)}`;
const isOpen = ({ closed }: World, scope: Scope): boolean => !closed.has(scopeName(scope));

const readings = new WeakMap<InMessage, Reading>();

function reading(message: InMessage): Reading {
  const read =
    readings.get(message) ??
    readFact({ isFenced: () => false, validators, cutoff: CUTOFF }, message);
  readings.set(message, read);
  return read;
}

/** What nobody can read is with the dead letters before its offset is passed; of the closed it is dropped. */
function expectParked(world: World, below: number): void {
  for (const message of world.log.slice(0, below)) {
    const shopKey = message.headers[HEADERS.shopKey] ?? '';
    const epoch = Number(message.headers[HEADERS.epoch]);
    if (reading(message).kind === 'parked' && isOpen(world, { shopKey, epoch })) {
      expect(world.parked).toContain(message.offset);
    }
  }
}

/** What a product cost on a day is there, also where a newer version came in the same chunk. */
function expectPriced(world: World, below: number): void {
  for (const message of world.log.slice(0, below)) {
    const read = reading(message);
    if (read.kind === 'fact' && isOpen(world, read.fact.scope)) {
      for (const { table, line } of read.fact.rows.filter(({ table: of }) => of === 'sku_prices')) {
        expect(world.tables.holds(table, line)).toBe(true);
      }
    }
  }
}

/** Everything below the offset that is of an open scope is in the rollups of its days. */
function expectRolled(world: World, below: number): void {
  for (const message of world.log.slice(0, below)) {
    const read = reading(message);
    if (read.kind !== 'fact' || !isOpen(world, read.fact.scope)) {
      continue;
    }
    for (const { rollup, bucket } of read.fact.dirty) {
      const rows = world.tables.rollup(rollup, bucketKey(bucket));
      for (const { table, line } of read.fact.rows.filter(
        ({ table: of }) => of === ROLLED[rollup],
      )) {
        const { key, ver } = rowOf(table, line);
        expect((rows.get(key) ?? 0n) >= ver).toBe(true);
      }
    }
  }
}

function depsOf(world: World, life: Life, hand: { count: number }): StoreDeps {
  const { tables, dice } = world;
  const step = createStep(dice, life, () => world.odds.current);
  // Time goes by when somebody waits for it, and by as much.
  let time = 0;
  const guardedChunk: StoreDeps['guardedChunk'] = async (scopes, write) => {
    hand.count += 1;
    try {
      const open = scopes.filter((scope) => isOpen(world, scope));
      if (open.length > 0) {
        await write(open);
      }
      return { fenced: scopes.filter((scope) => !isOpen(world, scope)) };
    } finally {
      hand.count -= 1;
    }
  };
  const after = (ms: number, act: () => void) => {
    let isWanted = true;
    void turns(40).then(() => {
      if (isWanted) {
        time += ms;
        act();
      }
    });
    return () => {
      isWanted = false;
    };
  };
  const lanes = createPassQueue(
    guardPass(guardedChunk, createPass(tables, step)),
    { now: () => time, after },
    HISTORY_BUCKETS_PER_PASS,
  );
  return {
    patience: {
      followed: { longestMs: 1_000, nextMs: 1_000 },
      alone: { longestMs: 1_000, nextMs: 100 },
    },
    guardedChunk,
    insert: (table, lines) =>
      step(() => {
        tables.insert(table, lines);
      }),
    reroll: (dirty, patience) => lanes[pick(dice, LANES)](dirty, patience),
    raiseRevision: () => step(() => []),
    closeGaps: () => Promise.resolve(),
    noteChunk: (counts) => step(() => void world.counts.push(...counts)),
    complete: (markers) =>
      step(() => {
        for (const marker of markers) {
          const place = world.log.findIndex((message) => {
            const read = reading(message);
            return (
              read.kind === 'marker' &&
              scopeName(read.scope) === scopeName(marker.scope) &&
              read.marker.through === marker.marker.through
            );
          });
          expectRolled(world, place);
          world.told.push(marker);
        }
      }),
    invalidate: () => undefined,
  };
}

/** As the consumer does it: chunks in flight, repeated while they are refused, one watermark. */
async function live(world: World, life: Life, hand: { count: number }): Promise<void> {
  const deps = depsOf(world, life, hand);
  const park = createStep(world.dice, life, () => world.odds.current);
  const isFenced = (shopKey: string, epoch: number) => !isOpen(world, { shopKey, epoch });
  const done = new Map<number, number>();
  const running: Promise<void>[] = [];
  let before: Promise<unknown> = Promise.resolve();

  const handle = async (from: number, to: number, turn: Promise<unknown>, letNext: () => void) => {
    const prepared = await prepareChunk(
      { isFenced, validators, cutoff: () => CUTOFF },
      world.log.slice(from, to),
    );
    const { finish } = await untilTaken(async () => {
      const stored = await storeChunk(deps, prepared);
      for (const { message } of stored.parked) {
        await park(() => world.parked.add(message.offset));
      }
      return stored;
    });
    letNext();
    await untilTaken(() =>
      finish({
        isFollowed: () => to < world.log.length,
        turn: async () => {
          await turn;
        },
      }),
    );
    if (life.isDead) {
      throw new Dead();
    }
    done.set(from, to);
    for (let end = done.get(world.committed); end !== undefined; end = done.get(world.committed)) {
      expectRolled(world, end);
      expectParked(world, end);
      expectPriced(world, end);
      world.committed = end;
    }
  };

  for (let position = world.committed; position < world.log.length && !life.isDead;) {
    const to = Math.min(world.log.length, position + between(world.dice, 1, 12));
    const { promise: next, resolve: letNext } = Promise.withResolvers<undefined>();
    const mine = handle(position, to, before, () => {
      letNext(undefined);
    });
    running.push(mine);
    const settled = mine.catch(() => undefined);
    before = Promise.all([before, settled]);
    await Promise.race([next, settled]);
    if (running.length >= IN_FLIGHT) {
      await running.at(-IN_FLIGHT)?.catch(() => undefined);
    }
    position = to;
  }
  const ends = await Promise.allSettled(running);
  for (const end of ends) {
    if (end.status === 'rejected') {
      throw end.reason;
    }
  }
}

/** Closes a connection at some moment: what is in hand is let go first, as an acknowledgement says. */
async function erase(
  world: World,
  scope: Scope,
  hands: readonly { count: number }[],
): Promise<void> {
  await turns(between(world.dice, 0, 3_000));
  world.closed.add(scopeName(scope));
  const before = hands.length;
  const isLetGo = () => hands.length > before || hands.at(-1)?.count === 0;
  while (!isLetGo()) {
    await turns(5);
  }
  // Of a process that died something may still be on its way: its membership lapses first.
  await turns(60);
  world.tables.erase(scope);
}

async function untilAllCommitted(world: World, erased?: Scope): Promise<void> {
  const hands: { count: number }[] = [];
  const erasure = erased === undefined ? undefined : erase(world, erased, hands);
  world.lives = await liveUntilDone(world.odds, async (life) => {
    const hand = { count: 0 };
    hands.push(hand);
    try {
      await live(world, life, hand);
    } finally {
      hand.count = 0;
    }
  });
  await erasure;
}

function createWorld(dice: Dice, messages: readonly InMessage[]): World {
  const log = messages.map((message, offset) => ({
    ...message,
    ...{ topic: 'tm.fact.order.v1', partition: 0, offset: String(offset) },
  }));
  const shared = { closed: new Set<string>(), parked: new Set<string>(), counts: [], told: [] };
  return {
    dice,
    log,
    tables: createTables(),
    ...shared,
    odds: { current: FAULTS },
    committed: 0,
    lives: 0,
  };
}

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

/** Records of every kind: two shops, versions in disorder, repeats, what nobody can read, markers. */
function randomLog(dice: Dice, tenants: readonly Tenant[]): InMessage[] {
  const facts = tenants.flatMap((tenant) => [
    ...randomStream(dice, tenant, 14).messages,
    ...productVersions(dice, tenant),
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

  it.each(SEEDS)(
    'ends exact, and commits and calls complete only what is rolled (seed %d)',
    async (seed) => {
      const dice = seeded(seed);
      const world = createWorld(dice, randomLog(dice, [tenantOf(), tenantOf()]));

      await untilAllCommitted(world);

      lives += world.lives;
      expectExact(world);
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
      expect(world.tables.contents()).toEqual(truth.contents());
      expect(world.parked).toEqual(
        new Set(alone.log.filter((one) => reading(one).kind === 'parked').map((one) => one.offset)),
      );
    },
  );

  it('has died often in these runs: others would prove little', () => {
    expect(lives).toBeGreaterThan(3 * SEEDS.length);
  });
});
