import { Readable } from 'node:stream';
import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import type {
  ClickHouseClient,
  ErrorLogParams,
  Logger as ClientLogger,
  LogParams,
} from '@clickhouse/client';
import type { z } from 'zod';
import { AppError } from '../errors.ts';
import type { Lifecycled } from '../lifecycle.ts';
import type { Logger } from '../logging.ts';
import { withSpan } from '../tracing.ts';
import { toClickhouseFault } from './clickhouse-fault.ts';

export interface ClickhouseOptions {
  readonly url: string;
  readonly database: string;
  readonly log: Logger;
  /** How long a read may take, milliseconds; 15 s unless told. */
  readonly readMs?: number;
  /** How long anything else may take; 60 s unless told. */
  readonly requestMs?: number;
}

export type QueryParams = Readonly<Record<string, unknown>>;

export interface Clickhouse extends Lifecycled {
  readonly database: string;
  readonly client: ClickHouseClient;
  /** Rows parsed by the schema; 64-bit integers and decimals arrive as strings on every engine. */
  query<Row>(sql: string, params: QueryParams, row: z.ZodType<Row>): Promise<Row[]>;
  command(sql: string, params?: QueryParams): Promise<void>;
  /** The bytes as they are; resolves once the server has them in a part. Repeating it is harmless. */
  insertTsv(table: string, columns: readonly string[], rows: Buffer): Promise<void>;
  /** Idempotent. Needs a connection of its own: ours names the database that is not there yet. */
  createDatabase(): Promise<void>;
  ping(): Promise<boolean>;
}

const START_MS = 60_000;
const REQUEST_MS = 60_000;
/** A person waits for a read; whoever waits longer is told that it cannot be served. */
const READ_MS = 15_000;
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
/** A part of a nested column has a point: `lines.sku_id`. */
const COLUMN = /^[A-Za-z_][A-Za-z0-9_]{0,127}(\.[A-Za-z_][A-Za-z0-9_]{0,127})?$/;

const QUOTING =
  'output_format_json_quote_64bit_integers = 1, output_format_json_quote_decimals = 1';

/** Inline, because settings beside the query leak into later ones on the embedded engine. */
export function withQuoting(sql: string): string {
  const statement = sql.trimEnd();
  const hasSettings = /\bSETTINGS\b(?:[^()']|'[^']*')*$/i.test(statement);
  return hasSettings ? `${statement}, ${QUOTING}` : `${statement} SETTINGS ${QUOTING}`;
}

/** The client's own logger writes lines that are not JSON to the console, requests inside. */
function createClientLogger(log: Logger): new () => ClientLogger {
  const note = ({ module }: LogParams): void => {
    log.debug({ module }, 'clickhouse client reports');
  };
  return class {
    trace = note;
    debug = note;
    info = note;
    warn = note;
    error({ module, err }: ErrorLogParams): void {
      // What failed is thrown as well, and logged where it is handled.
      log.debug({ module, error: err.name }, 'clickhouse client reports a failure');
    }
  };
}

export function createClickhouse(options: ClickhouseOptions): Clickhouse {
  const { url, database, log, readMs = READ_MS, requestMs = REQUEST_MS } = options;
  const clientLog = { LoggerClass: createClientLogger(log), level: ClickHouseLogLevel.ERROR };
  const client = createClient({
    url,
    database,
    request_timeout: requestMs,
    max_open_connections: 10,
    compression: { request: false, response: false },
    log: clientLog,
  });
  const guarded = async <T>(work: () => Promise<T>, giveUp?: AbortSignal): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw toClickhouseFault(error, giveUp?.aborted);
    }
  };
  const ping = async (): Promise<boolean> => (await client.ping()).success;

  return {
    name: 'clickhouse',
    database,
    client,
    ping,
    start: async () => {
      const giveUpAt = performance.now() + START_MS;
      while (!(await ping())) {
        if (performance.now() >= giveUpAt) {
          throw new AppError('upstream.unavailable', 'clickhouse does not answer');
        }
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    },
    stop: () => client.close(),
    createDatabase: async () => {
      if (!NAME.test(database)) {
        throw new AppError('internal', 'clickhouse name refused');
      }
      const plain = createClient({ url, database: 'default', log: clientLog });
      try {
        const query = `CREATE DATABASE IF NOT EXISTS ${database}`;
        await guarded(() => plain.command({ query }));
      } finally {
        await plain.close();
      }
    },
    query: async (sql, params, row) => {
      const giveUp = AbortSignal.timeout(readMs);
      const rows = await guarded(async () => {
        const answer = await client.query({
          query: withQuoting(sql),
          query_params: { ...params },
          format: 'JSONEachRow',
          abort_signal: giveUp,
        });
        return answer.json();
      }, giveUp);
      return rows.map((each) => row.parse(each));
    },
    command: async (sql, params = {}) => {
      await guarded(() => client.command({ query: sql, query_params: { ...params } }));
    },
    insertTsv: async (table, columns, rows) => {
      if (!NAME.test(table) || !columns.every((column) => COLUMN.test(column))) {
        throw new AppError('internal', 'clickhouse name refused');
      }
      if (rows.length === 0) {
        return;
      }
      const statement = `INSERT INTO ${table} (${columns.join(', ')}) SETTINGS async_insert = 0, deduplicate_insert = 'disable' FORMAT TabSeparated`;
      const attributes = { 'db.system.name': 'clickhouse', 'db.collection.name': table };
      await withSpan('clickhouse insert', attributes, () =>
        guarded(() => insert(client, statement, rows)),
      );
    },
  };
}

async function insert(client: ClickHouseClient, query: string, rows: Buffer): Promise<void> {
  const values = Readable.from([rows], { objectMode: false });
  const { stream } = await client.exec({ query, values });
  // An unread reply keeps its socket, and the failure of an insert may stand at its end.
  await drain(stream);
}

async function drain(stream: NodeJS.ReadableStream): Promise<void> {
  let tail = '';
  for await (const part of stream) {
    tail = (tail + String(part)).slice(-2_000);
  }
  const exception = /Code: (\d+)\. DB::Exception: (.*)/s.exec(tail);
  if (exception !== null) {
    throw Object.assign(new Error(exception[2]), { code: exception[1] });
  }
}
