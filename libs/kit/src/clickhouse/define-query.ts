import type { z } from 'zod';
import type { Clickhouse } from './clickhouse.ts';

type Params = z.ZodType<Record<string, unknown>>;

export interface Query<P extends Params, Row, T> {
  readonly name: string;
  readonly params: P;
  readonly row: z.ZodType<Row>;
  readonly sql: string;
  readonly mapRow: (row: Row) => T;
}

/** One question to ClickHouse: its SQL, what it needs, what a row is and what is made of it. */
export function defineQuery<P extends Params, Row, T>(query: Query<P, Row, T>): Query<P, Row, T> {
  return query;
}

/** Parameters are parsed before they are bound: a missing or surplus one never reaches the server. */
export async function runQuery<P extends Params, Row, T>(
  clickhouse: Pick<Clickhouse, 'query'>,
  query: Query<P, Row, T>,
  params: z.input<P>,
): Promise<T[]> {
  const rows = await clickhouse.query(query.sql, query.params.parse(params), query.row);
  return rows.map((row) => query.mapRow(row));
}
