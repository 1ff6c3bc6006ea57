import { createClickhouse, createLogger } from '@tokometrics/kit';
import type { z } from 'zod';
import type { System } from './start-system.ts';

const log = createLogger({ service: 'e2e', level: 'silent' });

/** Asks the tables of analytics themselves, past all of its code. */
export async function askTables<T>(
  { stack }: System,
  query: string,
  parameters: Readonly<Record<string, string>>,
  row: z.ZodType<T>,
): Promise<T[]> {
  const env = stack.services['analytics']?.env ?? {};
  const clickhouse = createClickhouse({
    url: env['CLICKHOUSE_URL'] ?? '',
    database: env['CLICKHOUSE_DATABASE'] ?? '',
    log,
  });
  await clickhouse.start();
  try {
    return await clickhouse.query(query, parameters, row);
  } finally {
    await clickhouse.stop();
  }
}
