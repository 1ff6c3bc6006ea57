import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { between, seeded, shuffled, suiteNames } from '@tokometrics/testkit';
import type { Dice, StatementFate } from '@tokometrics/testkit';
import { z } from 'zod';
import { doubtfulChunksOf } from './adapters/clickhouse-chunk-audit.ts';
import { createBulkLoad, wholeOf, wholeTruthOf } from './adapters/bulk-load.test-support.ts';
import type { BulkLoad } from './adapters/bulk-load.test-support.ts';
import { createClickhouseAudit } from './adapters/clickhouse-audit.ts';
import { sheetsOf } from './adapters/rollup-rows.test-support.ts';
import { FATES } from './domain/chunk-counts.ts';
import { auditRollups } from './domain/nightly-audit.ts';
import { createSinkProcess, LOAD_TOPICS } from './sink-process.fixture.ts';
import type { SinkProcess } from './sink-process.fixture.ts';

const names = suiteNames(import.meta);

/** What a statement of the sink is about; each kind meets every fault. */
const KINDS = {
  orders: /^INSERT INTO orders /,
  transactions: /^INSERT INTO (order_settlements|finance_transactions) /,
  rollups: /^INSERT INTO (shop_hourly|shop_daily|product_daily|finance_daily) /,
  counts: /^INSERT INTO ingest_chunks /,
  reads: /^(SELECT|WITH) /,
} as const;
type Kind = keyof typeof KINDS;
const ALL_KINDS = Object.keys(KINDS) as Kind[];

const refusal = (code: number, type: string) =>
  ({ kind: 'refuse', when: 'before', status: 500, fault: { code, type } }) as const;
const REFUSALS: readonly StatementFate[] = [
  refusal(159, 'TIMEOUT_EXCEEDED'),
  refusal(202, 'TOO_MANY_SIMULTANEOUS_QUERIES'),
  refusal(241, 'MEMORY_LIMIT_EXCEEDED'),
  refusal(252, 'TOO_MANY_PARTS'),
];
/** Everything that passes: none of it may be held against a record. */
const FAULTS: readonly StatementFate[] = [
  { kind: 'cut', when: 'before' },
  { kind: 'cut', when: 'during' },
  { kind: 'cut', when: 'after' },
  { kind: 'late', ms: 800 },
  { kind: 'truncate' },
  { kind: 'delay', ms: 900 },
  { kind: 'refuse', when: 'before', status: 503 },
  { kind: 'refuse', when: 'after', status: 504 },
  { kind: 'refuse', when: 'before', status: 500 },
  ...REFUSALS,
  { ...refusal(319, 'UNKNOWN_STATUS_OF_INSERT'), when: 'after' },
];
/** So many in a row that a chunk taken for bad would be halved down to single records. */
const OUTAGE = Array.from({ length: 9 }, (_, index) => REFUSALS[index % REFUSALS.length]);

/** Every fault at some place in a row of statements, one to three apart. */
function createIllness(dice: Dice, kind: Kind): StatementFate[] {
  const spread = shuffled(dice, FAULTS).flatMap((one) => [
    ...Array.from({ length: between(dice, 0, 2) }, () => ({ kind: 'pass' }) as const),
    one,
  ]);
  return [...spread, ...(kind === 'transactions' ? OUTAGE.filter((one) => one !== undefined) : [])];
}

const kindOf = (statement: string): Kind | undefined =>
  ALL_KINDS.find((kind) => KINDS[kind].test(statement));

describe.each([1])('a sink whose store is slow and fails for a while (seed %d)', (seed) => {
  const dice = seeded(seed);
  const load: BulkLoad = createBulkLoad(dice, { shops: 4, orders: 300 });
  /** What is still to be met, by kind. */
  const illness = new Map(ALL_KINDS.map((kind) => [kind, createIllness(dice, kind)]));
  let isIll = false;
  let sink: SinkProcess;

  const fateOf = (statement: string): StatementFate => {
    const kind = kindOf(statement);
    const next = isIll && kind !== undefined ? illness.get(kind)?.shift() : undefined;
    return next ?? { kind: 'pass' };
  };

  beforeAll(async () => {
    sink = await createSinkProcess(names, fateOf);
    await sink.start();
  }, 180_000);

  afterAll(() => sink.stop(), 60_000);

  /** How often each outcome was counted, by topic. */
  async function outcomes(): Promise<Record<string, Record<string, number>>> {
    const text = await (await fetch(`${sink.service().opsUrl}/metrics`)).text();
    const counted: Record<string, Record<string, number>> = {};
    for (const [, outcome = '', topic = '', count] of text.matchAll(
      /^tokometrics_analytics_records_total\{outcome="(\w+)",topic="([^"]+)"\} (\d+)$/gm,
    )) {
      counted[topic] = { ...counted[topic], [outcome]: Number(count) };
    }
    return counted;
  }

  const sentTo = (topic: string): number =>
    load.records.filter((record) => record.topic === topic).length;

  it('meets every fault on every kind of statement, and commits all in the end', async () => {
    isIll = true;
    await sink.feed(load.records);
    await sink.untilAllCommitted();

    expect([...illness]).toEqual(ALL_KINDS.map((kind) => [kind, []]));
  }, 180_000);

  it('ends with the rollups of the oracle, row for row', async () => {
    for (const shop of load.shops) {
      expect(wholeOf(await sheetsOf(sink.clickhouse, shop.tenant))).toEqual(wholeTruthOf(shop));
    }
  });

  it('parks nothing: no record is bad because the store is ill', async () => {
    expect(await sink.deadLetters()).toEqual([]);
  });

  it('counts every record once, by what became of it', async () => {
    const counted = await outcomes();

    for (const topic of LOAD_TOPICS) {
      const { consumed, ...byFate } = counted[topic] ?? {};
      const sum = FATES.reduce((total, fate) => total + (byFate[fate] ?? 0), 0);
      expect({ topic, consumed, sum }).toEqual({
        topic,
        consumed: sentTo(topic),
        sum: sentTo(topic),
      });
      expect(byFate['dlq']).toBe(0);
    }
  });

  it('keeps one row of counts of each chunk, though answers were lost', async () => {
    const rows = await sink.clickhouse.query(
      `SELECT topic, toInt32(sum(n_consumed)) AS consumed,
         toInt32(sum(${FATES.map((fate) => `n_${fate}`).join(' + ')})) AS fates,
         countIf(generation = 0 OR content_hash = 0) AS unknown
       FROM ingest_chunks FINAL GROUP BY topic`,
      {},
      z.object({ topic: z.string(), consumed: z.int(), fates: z.int(), unknown: z.string() }),
    );

    const byTopic = new Map(rows.map(({ topic, ...sums }) => [topic, sums]));
    for (const topic of LOAD_TOPICS) {
      expect({ topic, ...byTopic.get(topic) }).toEqual({
        topic,
        consumed: sentTo(topic),
        fates: sentTo(topic),
        unknown: '0',
      });
    }
  });

  it('leaves nothing for the nightly audit to find', async () => {
    const rolled: unknown[] = [];
    const report = await auditRollups({
      ...createClickhouseAudit(sink.clickhouse),
      signal: new AbortController().signal,
      keptFrom: () => '2000-01-01',
      isFenced: () => false,
      attempt: (_part, work) => work(),
      reroll: (dirty) => {
        rolled.push(dirty);
        return Promise.resolve();
      },
      raiseRevision: () => Promise.resolve(),
    });

    expect(report).toMatchObject({ repaired: 0, differing: [] });
    expect(await doubtfulChunksOf(sink.clickhouse)()).toEqual([]);
    expect(report.slices).toBeGreaterThan(0);
    expect(rolled).toEqual([]);
  });
});
