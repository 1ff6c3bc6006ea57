import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { InMessage } from '@tokometrics/kit';
import { between, eventually, pick, seeded, suiteNames } from '@tokometrics/testkit';
import type { StatementFate } from '@tokometrics/testkit';
import { z } from 'zod';
import { doubtfulChunksOf } from './adapters/clickhouse-chunk-audit.ts';
import {
  createBulkLoad,
  figuresOf,
  idOf,
  LOADED,
  truthOfDays,
  wholeOf,
  wholeTruthOf,
} from './adapters/bulk-load.test-support.ts';
import type { BulkLoad, Slice, Version } from './adapters/bulk-load.test-support.ts';
import type { Tenant } from './adapters/facts.test-support.ts';
import { sheetsOf } from './adapters/rollup-rows.test-support.ts';
import type { Sheets } from './adapters/rollup-rows.test-support.ts';
import type { Known } from './domain/completeness.ts';
import { createSinkProcess, LOAD_TOPICS } from './sink-process.fixture.ts';
import type { Place, SinkProcess } from './sink-process.fixture.ts';

const KILLS = 3;
const LOOK_MS = 100;
const names = suiteNames(import.meta);
type Shop = BulkLoad['shops'][number];

type Completed = Pick<Known, 'complete'>;

/** What a reader and an operator see at one moment; the offsets were read before the figures. */
interface Sight {
  readonly committed: readonly Place[];
  readonly shops: readonly { readonly known: Completed; readonly sheets: Sheets }[];
}

interface Trap {
  left: number;
  readonly when: 'before' | 'during' | 'after';
  readonly spring: (statement: string) => void;
}

const sumOf = (places: readonly Place[]): number =>
  places.reduce((sum, { offset }) => sum + Number(offset), 0);

function isTold(
  { complete }: Completed,
  { resource, marker: { axis, from, through } }: Slice,
): boolean {
  const ranges = complete.get(resource)?.[axis] ?? [];
  return ranges.some((range) => range.from <= from && through <= range.through);
}

const sliceName = ({ tenant, resource, day }: Slice): string =>
  `${resource} ${day} of ${tenant.shopKey}`;

function isWhole(shop: Shop, sheets: Sheets, { resource, day }: Slice): boolean {
  const days = new Set([day]);
  const [seen, due] = [figuresOf(sheets, resource, days), truthOfDays(shop, resource, days)];
  return JSON.stringify(seen) === JSON.stringify(due);
}

/** The newest version of each entity among these records. */
function newestOf(load: BulkLoad, log: readonly InMessage[]): ReadonlyMap<string, number> {
  const newest = new Map<string, number>();
  for (const message of log) {
    const version = load.versions.get(idOf(message));
    if (version !== undefined) {
      const name = entityName(version);
      newest.set(name, Math.max(newest.get(name) ?? 0, version.seq));
    }
  }
  return newest;
}

const entityName = ({ tenant, resource, entity }: Version): string =>
  [tenant.shopKey, resource, entity].join('|');

/** Of these days everything that counts in the end is among the records below. */
function settledDays(
  versions: readonly Version[],
  below: ReadonlyMap<string, number>,
  all: ReadonlyMap<string, number>,
): ReadonlySet<string> {
  const isOpen = (version: Version) =>
    below.get(entityName(version)) !== all.get(entityName(version));
  const open = new Set(versions.filter(isOpen).map(({ day }) => day));
  return new Set(versions.map(({ day }) => day).filter((day) => !open.has(day)));
}

const isBelow = (committed: readonly Place[], { topic, partition, offset }: InMessage): boolean =>
  committed.some(
    (place) =>
      place.topic === topic && place.partition === partition && BigInt(offset) < place.offset,
  );

const chunkRow = z.object({
  topic: z.string(),
  partition: z.int(),
  min_offset: z.coerce.bigint(),
  max_offset: z.coerce.bigint(),
});

describe.each([1])('a sink that is killed amid a bulk load (seed %d)', (seed) => {
  const dice = seeded(seed);
  const load: BulkLoad = createBulkLoad(dice, { shops: 4, orders: 300 });
  const kills: string[] = [];
  const sights: Sight[] = [];
  /** Slices that were told to be complete, and those of them whose figures were not whole then. */
  const told = new Set<Slice>();
  const early: string[] = [];
  let toldAmid = 0;
  let trap: Trap | undefined;
  let sink: SinkProcess;

  const fateOf = (statement: string): StatementFate => {
    if (trap === undefined || !statement.startsWith('INSERT INTO')) {
      return { kind: 'pass' };
    }
    trap.left -= 1;
    if (trap.left > 0) {
      return { kind: 'pass' };
    }
    const { when, spring } = trap;
    trap = undefined;
    return {
      kind: 'cut',
      when,
      also: () => {
        spring(`${when} ${statement.slice(0, 30)}`);
      },
    };
  };

  beforeAll(async () => {
    sink = await createSinkProcess(names, fateOf);
    await sink.start();
  }, 180_000);

  afterAll(() => sink.stop(), 60_000);

  const knownOf = ({ shopKey, epoch }: Tenant) => sink.completeness.read(shopKey, epoch);

  async function look(): Promise<Sight> {
    const committed = await sink.committed();
    const shops: Sight['shops'][number][] = [];
    for (const { tenant } of load.shops) {
      const known = await knownOf(tenant);
      shops.push({ known, sheets: await sheetsOf(sink.clickhouse, tenant) });
    }
    return { committed, shops };
  }

  /** The ranges that are said to be complete there. */
  const toldIn = ({ shops }: Sight) =>
    load.shops.flatMap((shop, index) => {
      const seen = shops[index];
      const slices = load.slices.filter(
        (slice) => slice.tenant === shop.tenant && seen !== undefined && isTold(seen.known, slice),
      );
      const sheets = seen?.sheets ?? new Map();
      return slices.map((slice) => ({
        name: sliceName(slice),
        isWhole: isWhole(shop, sheets, slice),
      }));
    });

  /** Whatever a reader is told to be complete is whole in what he reads after it. */
  async function watchMarkers(over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      for (const shop of load.shops) {
        const known = await knownOf(shop.tenant);
        const fresh = load.slices.filter(
          (slice) => slice.tenant === shop.tenant && !told.has(slice) && isTold(known, slice),
        );
        const sheets =
          fresh.length === 0 ? new Map() : await sheetsOf(sink.clickhouse, shop.tenant);
        for (const slice of fresh) {
          told.add(slice);
          early.push(...(isWhole(shop, sheets, slice) ? [] : [sliceName(slice)]));
        }
      }
      await delay(LOOK_MS, undefined, { signal: over }).catch(() => undefined);
    }
  }

  /** Strikes at a write to the store, and answers what it was about once the process is gone. */
  async function killAmid(): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<string>();
    trap = {
      left: between(dice, 1, 12),
      when: pick(dice, ['before', 'during', 'after'] as const),
      spring: (statement) => {
        void sink
          .service()
          .kill('SIGKILL')
          .then((how) => {
            resolve(`${String(how)} ${statement}`);
          });
      },
    };
    return promise;
  }

  async function killAgainAndAgain(): Promise<void> {
    for (let kill = 0; kill < KILLS; kill += 1) {
      const startedAt = sumOf(await sink.committed());
      const share = (kill + dice()) / (KILLS + 1);
      await eventually(
        async () => {
          const sum = sumOf(await sink.committed());
          expect(sum).toBeGreaterThan(Math.max(startedAt, share * load.records.length));
        },
        { timeoutMs: 60_000, everyMs: 20 },
      );
      const what = await killAmid();
      const sight = await look();
      sights.push(sight);
      kills.push(`${what} with ${String(sumOf(sight.committed))} committed`);
      toldAmid = told.size;
      await sink.start();
    }
  }

  it(`goes on after ${String(KILLS)} kills amid its writing, each time from what it had committed`, async () => {
    const over = new AbortController();
    const watching = watchMarkers(over.signal);
    try {
      await Promise.all([sink.feed(load.records), killAgainAndAgain()]);
      await sink.untilAllCommitted();
    } finally {
      over.abort();
      await watching;
    }

    expect(kills).toEqual(kills.map(() => expect.stringMatching(/^SIGKILL/)));
    for (const { committed } of sights) {
      expect(sumOf(committed)).toBeGreaterThan(0);
      expect(sumOf(committed)).toBeLessThan(load.records.length);
    }
    expect(toldAmid).toBeGreaterThan(0);
    expect(toldAmid).toBeLessThan(load.slices.length);
  }, 180_000);

  it('ends with the rollups of the oracle, row for row, and with nothing parked', async () => {
    for (const shop of load.shops) {
      const figures = wholeOf(await sheetsOf(sink.clickhouse, shop.tenant));

      expect({ kills, figures }).toEqual({ kills, figures: wholeTruthOf(shop) });
    }
    expect(await sink.deadLetters()).toEqual([]);
  });

  it('told of no range before the last of it was in the rollups, and of all in the end', async () => {
    const last = await look();

    expect({ kills, early }).toEqual({ kills, early: [] });
    for (const sight of [...sights, last]) {
      const wrong = toldIn(sight).filter(({ isWhole }) => !isWhole);

      expect({ kills, wrong }).toEqual({ kills, wrong: [] });
    }
    expect(toldIn(last)).toHaveLength(load.slices.length);
  });

  it('had committed nothing that was not in the rollups', async () => {
    const log: InMessage[] = [];
    for (const topic of LOAD_TOPICS) {
      await sink.kafka.readToEnd(topic, (message) => void log.push(message));
    }

    expect(log).toHaveLength(load.records.length);
    const all = newestOf(load, log);
    let settled = 0;
    for (const { committed, shops } of sights) {
      const below = newestOf(
        load,
        log.filter((message) => isBelow(committed, message)),
      );
      for (const [index, shop] of load.shops.entries()) {
        for (const resource of LOADED) {
          const ofResource = shop.versions.filter((version) => version.resource === resource);
          const days = settledDays(ofResource, below, all);
          settled += days.size;

          const figures = figuresOf(shops[index]?.sheets ?? new Map(), resource, days);
          expect({ kills, figures }).toEqual({ kills, figures: truthOfDays(shop, resource, days) });
        }
      }
    }
    expect(settled).toBeGreaterThan(0);
    expect(settled).toBeLessThan(KILLS * load.slices.length);
  }, 60_000);

  it('has counted every record that it has committed', async () => {
    const chunks = await sink.clickhouse.query(
      `SELECT topic, partition, min_offset, max_offset FROM ingest_chunks FINAL
       WHERE topic IN {topics:Array(String)} ORDER BY min_offset`,
      { topics: LOAD_TOPICS },
      chunkRow,
    );
    expect(await doubtfulChunksOf(sink.clickhouse)()).toEqual([]);
    const counted = new Map<string, bigint>();
    for (const { topic, partition, min_offset: first, max_offset: last } of chunks) {
      const place = `${topic}/${String(partition)}`;
      const next = counted.get(place) ?? 0n;
      counted.set(place, first <= next && last >= next ? last + 1n : next);
    }

    const committed = (await sink.committed()).filter(({ offset }) => offset > 0n);
    expect(Object.fromEntries(counted)).toEqual(
      Object.fromEntries(
        committed.map(({ topic, partition, offset }) => [`${topic}/${String(partition)}`, offset]),
      ),
    );
  });
});
