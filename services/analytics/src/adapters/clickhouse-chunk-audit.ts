import type { Clickhouse } from '@tokometrics/kit';
import { z } from 'zod';
import { DOUBTS } from '../domain/chunk-audit.ts';
import type { DoubtfulChunk } from '../domain/chunk-audit.ts';

/** Of them the bounds say which records they were: those refused one by one have holes. */
const IS_WHOLE = 'n_consumed = max_offset - min_offset + 1';
const IS_NEW = 'now() - INTERVAL 2 DAY';
/** Of a log that was made anew every chunk is one. */
const MOST = 1000;

/**
 * Two kinds of chunks of which no two can be true:
 * - `other_content`: the same records of a log are others than before;
 * - `read_twice`: within one generation each record of a partition is read once, in a chunk that begins
 *   behind those before. Chunks of the same bounds are one row, unless their content differs. One of the two
 *   may be as old as rows are kept: a member stays for weeks, and may begin again where it once began.
 */
const DOUBTFUL = `
SELECT doubt, topic, partition, toString(min_offset) AS first, toString(max_offset) AS last
FROM (
  SELECT 'other_content' AS doubt, topic, partition, min_offset, max_offset
  FROM ingest_chunks FINAL
  WHERE content_hash != 0 AND ${IS_WHOLE}
  GROUP BY topic, partition, min_offset, max_offset
  HAVING count() > 1 AND max(committed_at) >= ${IS_NEW}
  UNION ALL
  SELECT 'read_twice' AS doubt, topic, partition, min_offset, max_offset
  FROM (
    SELECT topic, partition, min_offset, max_offset, committed_at,
      row_number() OVER before AS place, max(max_offset) OVER before AS reached,
      argMax(committed_at, max_offset) OVER before AS reached_at
    FROM (
      SELECT topic, partition, generation, min_offset, max_offset, committed_at
      FROM ingest_chunks FINAL
      WHERE generation != 0 AND ${IS_WHOLE}
    )
    WINDOW before AS (PARTITION BY topic, partition, generation
      ORDER BY min_offset, max_offset ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
  )
  WHERE place > 1 AND reached >= min_offset AND greatest(committed_at, reached_at) >= ${IS_NEW}
)
ORDER BY doubt, topic, partition, min_offset, max_offset
LIMIT ${String(MOST)}`;

const row = z
  .object({
    ...{ doubt: z.enum(DOUBTS), topic: z.string(), partition: z.int() },
    ...{ first: z.string(), last: z.string() },
  })
  .transform(({ first, last, ...chunk }): DoubtfulChunk => ({
    ...chunk,
    ...{ minOffset: first, maxOffset: last },
  }));

/** At most a thousand. */
export const doubtfulChunksOf =
  (clickhouse: Pick<Clickhouse, 'query'>) => (): Promise<readonly DoubtfulChunk[]> =>
    clickhouse.query(DOUBTFUL, {}, row);
