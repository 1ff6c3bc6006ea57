import { localDate, shopKey } from '@tokometrics/contracts';
import type { Clickhouse } from '@tokometrics/kit';
import { z } from 'zod';
import { batchesOf, bucketsLiteral } from '../domain/dirty-buckets.ts';
import type { Bucket } from '../domain/dirty-buckets.ts';
import type { AuditReads } from '../domain/nightly-audit.ts';
import { differingInSlice, differingOf, ROLLUPS, STORED_MONTHS } from './audit-sql.ts';
import type { RollupName } from './audit-sql.ts';

const BUCKETS_PER_STATEMENT = 2000;

const bucketRow = z
  .object({ shop_key: shopKey, epoch: z.int(), local_date: localDate })
  .transform((row): Bucket => ({
    shopKey: row.shop_key,
    epoch: row.epoch,
    localDate: row.local_date,
  }));

/** `clickhouse` is to be one whose reads may take minutes. */
export function createClickhouseAudit(clickhouse: Pick<Clickhouse, 'query'>): AuditReads {
  const names = Object.keys(ROLLUPS).filter(isRollup);
  return {
    rollups: names,
    months: async () => {
      const rows = await clickhouse.query(STORED_MONTHS, {}, z.object({ month: localDate }));
      return rows.map(({ month }) => month);
    },
    differingInSlice: (rollup, slice) =>
      clickhouse.query(differingInSlice(rollup), { ...slice }, bucketRow),
    differingOf: async (rollup, buckets) => {
      const found: Bucket[] = [];
      for (const batch of batchesOf(buckets, BUCKETS_PER_STATEMENT)) {
        const sql = differingOf(rollup, bucketsLiteral(batch));
        found.push(...(await clickhouse.query(sql, {}, bucketRow)));
      }
      return found;
    },
  };
}

const isRollup = (name: string): name is RollupName => Object.hasOwn(ROLLUPS, name);
