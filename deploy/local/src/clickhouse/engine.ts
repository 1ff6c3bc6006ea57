import { Session } from 'chdb';
import type { RawInsertParams } from 'chdb';
import type { RawInsert } from './statement.ts';

export interface Answer {
  readonly body: Uint8Array;
  readonly readRows: number;
  readonly readBytes: number;
  readonly writtenRows: number;
  readonly writtenBytes: number;
}

/** What one request brings along; nothing of it outlives the request. */
export interface Scope {
  readonly database: string | undefined;
  readonly settings: Readonly<Record<string, string>>;
  readonly params: Readonly<Record<string, string>>;
  readonly isReadOnly: boolean;
}

export interface Engine {
  query(scope: Scope, sql: string, format: string): Promise<Answer>;
  insert(scope: Scope, target: RawInsert, data: Buffer): Promise<Answer>;
  /** Names of all table functions, in small letters. */
  tableFunctions(): Promise<ReadonlySet<string>>;
  readonly version: string;
  close(): void;
}

/** As a server would answer JavaScript: numbers that a double cannot hold come as strings. */
const CONNECTION_ARGS = [
  '--output_format_json_quote_64bit_integers=1',
  '--output_format_json_quote_decimals=1',
];

function literal(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function preparation({ database, settings, params, isReadOnly }: Scope): string[] {
  const pairs = [
    ...Object.entries(settings).map(([key, value]) => `${key} = ${literal(value)}`),
    ...Object.entries(params).map(([key, value]) => `param_${key} = ${literal(value)}`),
  ];
  return [
    ...(database === undefined ? [] : [`USE \`${database.replaceAll('`', '\\`')}\``]),
    ...(pairs.length === 0 ? [] : [`SET ${pairs.join(', ')}`]),
    // 2: reads and settings only. Last, because nothing can be set back afterwards.
    ...(isReadOnly ? ['SET readonly = 2'] : []),
  ];
}

/**
 * One engine per process and data folder. Every request gets a connection of its own and closes
 * it: opening one costs a fifth of a millisecond, and what a statement or a client sets (database,
 * settings, parameters, temporary tables) dies with it, so nothing can leak into another request.
 */
export function openEngine(dataDir: string): Engine {
  const open = () => new Session(dataDir, { connectionArgs: CONNECTION_ARGS });
  // While one connection is open the engine stays loaded.
  const keeper = open();
  const version = keeper.query('SELECT version()', 'TSV').trim();

  const within = async <T>(scope: Scope, work: (session: Session) => Promise<T>): Promise<T> => {
    const session = open();
    try {
      for (const statement of preparation(scope)) {
        await session.queryAsync(statement);
      }
      return await work(session);
    } finally {
      session.close();
    }
  };

  return {
    version,
    query: (scope, sql, format) =>
      within(scope, async (session) => {
        const result = await session.queryAsync(sql, { format });
        return {
          body: result.bytes(),
          readRows: result.rowsRead,
          readBytes: result.bytesRead,
          writtenRows: 0,
          writtenBytes: 0,
        };
      }),
    insert: (scope, target, data) =>
      within(scope, async (session) => {
        const { rowsWritten, bytesWritten } = await session.insert(rawInsert(target, data));
        return {
          body: new Uint8Array(),
          readRows: rowsWritten,
          readBytes: data.length,
          writtenRows: rowsWritten,
          writtenBytes: bytesWritten,
        };
      }),
    tableFunctions: async () => {
      const names = await keeper.queryAsync('SELECT lower(name) FROM system.table_functions', {
        format: 'TSV',
      });
      return new Set(names.text().trim().split('\n'));
    },
    close: () => {
      keeper.close();
    },
  };
}

function rawInsert(target: RawInsert, values: Buffer): RawInsertParams {
  const { table, columns, settings, format } = target;
  return { table, values, format, settings, ...(columns.length > 0 ? { columns } : {}) };
}
