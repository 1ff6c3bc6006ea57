import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll } from '@jest/globals';

/** Address of the ClickHouse under test: the embedded one of this run, or a server that is given. */
const url = process.env['CLICKHOUSE_URL'] ?? '';
const database = `contract_${String(process.pid)}_${String(Date.now())}`;
let opened: ClickHouseClient | undefined;

export function connect(options: Parameters<typeof createClient>[0] = {}): ClickHouseClient {
  return createClient({
    url,
    database,
    request_timeout: 30_000,
    log: { level: ClickHouseLogLevel.OFF },
    ...options,
  });
}

/** A connection to a database of this file's own with one table, `items`. */
export function useContractDatabase(): void {
  beforeAll(async () => {
    const bare = createClient({ url });
    await bare.command({ query: `CREATE DATABASE ${database}` });
    await bare.close();
    opened = connect();
    await opened.command({
      query: `CREATE TABLE items (id UInt64, name String, amount Decimal(18,4), tags Array(String),
        at DateTime64(3, 'UTC')) ENGINE = ReplacingMergeTree ORDER BY id`,
    });
  }, 60_000);

  afterAll(async () => {
    await opened?.command({ query: `DROP DATABASE ${database}` });
    await opened?.close();
  });
}

export function client(): ClickHouseClient {
  if (opened === undefined) {
    throw new Error('useContractDatabase() comes first');
  }
  return opened;
}

export async function rows<T = Record<string, unknown>>(
  query: string,
  params: Record<string, unknown> = {},
) {
  const result = await client().query({ query, query_params: params, format: 'JSONEachRow' });
  return result.json<T>();
}

/** A bare request, as any program may send it. */
export async function ask(path: string, init: RequestInit = {}) {
  const response = await fetch(`${url.replace(/\/$/, '')}${path}`, init);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

export const contractDatabase = database;
