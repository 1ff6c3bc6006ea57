import { localDate, shopKey } from '@tokometrics/contracts';
import { ClickhouseFault } from '@tokometrics/kit';
import type { Clickhouse, Logger } from '@tokometrics/kit';
import { z } from 'zod';
import { batchesOf, bucketsLiteral } from '../domain/dirty-buckets.ts';
import type { Bucket, DirtyBuckets, GuardBatch } from '../domain/dirty-buckets.ts';
import { createPassInstants } from '../domain/pass-instant.ts';
import { insertsAtWork } from './inserts-at-work.ts';
import {
  CLOCK,
  instants as instantsSql,
  rerollFinanceDaily,
  rerollProductDaily,
  rerollShopDaily,
  rerollShopHourly,
  unprovenBuckets,
} from './reroll-sql.ts';
import type { RerollBatch } from './reroll-sql.ts';

/** A literal of so many buckets stays far below the longest query that the store takes. */
const BUCKETS_PER_STATEMENT = 2000;
const MAX_ROUNDS = 20;
/**
 * What the store gives to one statement. Shorter than any client waits, so that the store answers and
 * stops; and the five of a batch fit into the minute that its guard gives to it.
 */
const STATEMENT_S = 12;
/** How much longer than that a statement from before may be at work. */
const GRACE_MS = 3_000;
/** Rows, time, speed, memory and bytes beyond what the store gives to one statement. */
const TOO_MUCH: ReadonlySet<number | undefined> = new Set([158, 159, 160, 241, 307]);
const isTooMuch = (error: unknown): boolean =>
  error instanceof ClickhouseFault && (TOO_MUCH.has(error.serverCode) || error.isTimeout);

const SHOP_TABLES = ['shop_hourly', 'shop_daily'] as const;

interface Family {
  readonly statements: readonly ((batch: RerollBatch) => string)[];
  /** Tables that one pass writes together, hence with one version per bucket. */
  readonly proven: readonly (readonly string[])[];
}

const FAMILIES: Readonly<Record<keyof DirtyBuckets, Family>> = {
  order: {
    statements: [rerollShopHourly, rerollShopDaily, rerollProductDaily],
    proven: [SHOP_TABLES, ['product_daily']],
  },
  settlement: { statements: [rerollShopHourly, rerollShopDaily], proven: [SHOP_TABLES] },
  finance: { statements: [rerollFinanceDaily], proven: [['finance_daily']] },
};

const instantsRow = z.object({ now: z.string(), newest: z.string() });
const bucketRow = z.object({ shop_key: shopKey, epoch: z.int(), local_date: localDate });

export interface PassReport {
  readonly buckets: number;
  readonly rounds: number;
  readonly ms: number;
}

export interface RerollOptions {
  readonly clickhouse: Clickhouse;
  readonly log: Logger;
  readonly onPass?: (report: PassReport) => void;
  /** What the store gives to one statement, in whole seconds. */
  readonly statementS?: number;
}

type RollBatch = (open: readonly Bucket[]) => Promise<Bucket[]>;

const UNGUARDED: GuardBatch = (batch, roll) => roll(batch);

function createRollBatch(
  { clickhouse, log }: Pick<RerollOptions, 'clickhouse' | 'log'>,
  limitS: number,
): (family: Family, isAgain: boolean) => RollBatch {
  const instants = createPassInstants();

  // Rows from the future are found by the proof: whoever rolls anew looks how far they reach.
  const takeInstant = async (family: Family, buckets: string, isAgain: boolean) => {
    const sql = isAgain ? instantsSql({ buckets, limitS }, family.proven) : CLOCK;
    const [row] = await clickhouse.query(sql, {}, instantsRow);
    const { tau, isBackwards } = instants.next(row?.now ?? '', row?.newest ?? '');
    if (isBackwards) {
      log.error({}, 'the clock of the store stepped back');
    }
    return tau;
  };

  return (family, isAgain) => async (open) => {
    const limitMs = limitS * 1_000 + GRACE_MS;
    const before = await insertsAtWork(clickhouse, family.proven.flat(), limitMs);
    const buckets = bucketsLiteral(open);
    const batch = { buckets, tau: await takeInstant(family, buckets, isAgain), limitS };
    for (const statement of family.statements) {
      await clickhouse.command(statement(batch));
    }
    await before.ended();
    const rows = await clickhouse.query(unprovenBuckets(batch, family.proven), {}, bucketRow);
    return rows.map((row) => ({
      shopKey: row.shop_key,
      epoch: row.epoch,
      localDate: row.local_date,
    }));
  };
}

/**
 * One pass: an instant of its own, taken before anything is read; every bucket computed anew; then
 * the proof that no other writer was in the same buckets meanwhile, once all that were at work when it
 * began have ended: of a pass that was broken off a statement may still run, and would write what it
 * read long ago behind the proof, where nobody looks. Buckets with rows of two passes are rolled again
 * until they have one. Only then may offsets move.
 */
export function createReroll(options: RerollOptions) {
  const { log, onPass, statementS = STATEMENT_S } = options;
  const rollBatch = createRollBatch(options, statementS);

  /**
   * What is too much for the store at once is asked of it in halves, down to a day of a shop. Each has an
   * instant of its own: rows of the half-done whole would else have the version of those that follow.
   */
  const rollInParts = async (
    roll: RollBatch,
    batch: readonly Bucket[],
    guardBatch: GuardBatch,
  ): Promise<Bucket[]> => {
    try {
      return [...(await guardBatch(batch, roll))];
    } catch (error) {
      if (batch.length === 1 || !isTooMuch(error)) {
        throw error;
      }
      log.warn({ err: error, buckets: batch.length }, 'a pass is too much at once; it is halved');
    }
    const middle = Math.ceil(batch.length / 2);
    return [
      ...(await rollInParts(roll, batch.slice(0, middle), guardBatch)),
      ...(await rollInParts(roll, batch.slice(middle), guardBatch)),
    ];
  };

  const rollOnce = async (
    roll: RollBatch,
    buckets: readonly Bucket[],
    guardBatch: GuardBatch,
  ): Promise<Bucket[]> => {
    const mixed: Bucket[] = [];
    for (const batch of batchesOf(buckets, BUCKETS_PER_STATEMENT)) {
      mixed.push(...(await rollInParts(roll, batch, guardBatch)));
    }
    return mixed;
  };

  return async (dirty: DirtyBuckets, guardBatch = UNGUARDED): Promise<void> => {
    const startedAt = performance.now();
    let rounds = 0;
    let total = 0;
    for (const name of ['order', 'settlement', 'finance'] as const) {
      total += dirty[name].length;
      let buckets = dirty[name];
      for (let round = 0; buckets.length > 0; round += 1) {
        if (round > MAX_ROUNDS) {
          log.error({ buckets: buckets.length }, 'buckets stay mixed; the audit has to mend them');
          break;
        }
        buckets = await rollOnce(rollBatch(FAMILIES[name], round > 0), buckets, guardBatch);
        rounds += 1;
      }
    }
    onPass?.({ buckets: total, rounds, ms: performance.now() - startedAt });
  };
}
