import { setTimeout } from 'node:timers/promises';
import type { Clickhouse } from '@tokometrics/kit';
import { AppError } from '@tokometrics/kit';
import { z } from 'zod';

const LIMIT_MS = 10_000;
const PAUSE_MS = 100;

const AT_WORK = `
SELECT query_id FROM system.processes
WHERE query_kind = 'Insert'
  AND arrayExists(name -> position(query, concat('INSERT INTO ', name, ' ')) > 0, {tables:Array(String)})`;
const row = z.object({ query_id: z.string() });

export interface InsertsAtWork {
  /**
   * Resolves when none of them is at work any more; those that have begun since are not waited for.
   * Rejects as `upstream.unavailable` when one takes longer than the limit.
   */
  ended(): Promise<void>;
}

/**
 * Statements that write into these tables at this moment, whoever sent them. The answer to one may be
 * lost, or its sender dead: it goes on all the same, and writes what it has read before.
 */
export async function insertsAtWork(
  clickhouse: Pick<Clickhouse, 'query'>,
  tables: readonly string[],
  limitMs = LIMIT_MS,
): Promise<InsertsAtWork> {
  const look = async (): Promise<string[]> => {
    const rows = await clickhouse.query(AT_WORK, { tables: [...tables] }, row);
    return rows.map(({ query_id: id }) => id);
  };
  const first = new Set(await look());
  return {
    ended: async () => {
      const until = performance.now() + limitMs;
      for (let left = first.size; left > 0;) {
        if (performance.now() >= until) {
          throw new AppError('upstream.unavailable', 'a statement from before still writes');
        }
        await setTimeout(PAUSE_MS);
        left = (await look()).filter((id) => first.has(id)).length;
      }
    },
  };
}
