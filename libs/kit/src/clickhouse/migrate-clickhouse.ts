import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import { sha256Hex } from '../ids.ts';
import type { Clickhouse } from './clickhouse.ts';
import { ClickhouseFault } from './clickhouse-fault.ts';

export interface Migration {
  /** Sorts in the order of application, e.g. `0001-base-tables`. */
  readonly id: string;
  readonly sql: string;
}

const applied = z.object({ id: z.string(), checksum: z.string() });
const ID = /^[A-Za-z0-9._-]{1,128}$/;

/**
 * Forward only. A crash between a migration and its note repeats the migration, and two processes may
 * apply one at the same time: every statement must be safe to repeat (`IF NOT EXISTS`).
 */
export async function migrateClickhouse(
  clickhouse: Pick<Clickhouse, 'query' | 'command' | 'createDatabase'>,
  source: string | readonly Migration[],
): Promise<readonly string[]> {
  const migrations = typeof source === 'string' ? await readMigrations(source) : [...source];
  await createLedger(clickhouse);
  const rows = await clickhouse.query(
    'SELECT id, checksum FROM schema_migrations FINAL',
    {},
    applied,
  );
  const known = new Map(rows.map(({ id, checksum }) => [id, checksum]));
  const fresh: string[] = [];
  for (const { id, sql } of migrations.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    const checksum = sha256Hex(sql);
    const before = known.get(id);
    if (before !== undefined && before !== checksum) {
      throw new AppError('internal', 'an applied migration was changed', {
        details: { reason: id },
      });
    }
    if (before === undefined) {
      await apply(clickhouse, { id, sql }, checksum);
      fresh.push(id);
    }
  }
  return fresh;
}

const UNKNOWN_DATABASE = 81;

async function createLedger(
  clickhouse: Pick<Clickhouse, 'command' | 'createDatabase'>,
): Promise<void> {
  const create = () =>
    clickhouse.command(
      `CREATE TABLE IF NOT EXISTS schema_migrations
         (id String, checksum String, applied_at DateTime DEFAULT now())
       ENGINE = ReplacingMergeTree(applied_at) ORDER BY id`,
    );
  try {
    await create();
  } catch (error) {
    if (!(error instanceof ClickhouseFault && error.serverCode === UNKNOWN_DATABASE)) {
      throw error;
    }
    await clickhouse.createDatabase();
    await create();
  }
}

async function apply(
  clickhouse: Pick<Clickhouse, 'command'>,
  { id, sql }: Migration,
  checksum: string,
): Promise<void> {
  if (!ID.test(id)) {
    throw new AppError('internal', 'migration id refused');
  }
  for (const statement of splitStatements(sql)) {
    await clickhouse.command(statement);
  }
  await clickhouse.command(
    `INSERT INTO schema_migrations (id, checksum) VALUES ('${id}', '${checksum}')`,
  );
}

async function readMigrations(directory: string): Promise<Migration[]> {
  const files = (await readdir(directory)).filter((file) => file.endsWith('.sql'));
  return Promise.all(
    files.map(async (file) => ({
      id: file.replace(/\.sql$/, ''),
      sql: await readFile(join(directory, file), 'utf8'),
    })),
  );
}

/** Statements end with `;` at the end of a line; comment lines are dropped. */
export function splitStatements(sql: string): string[] {
  const code = sql
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('--'))
    .join('\n');
  return code
    .split(/;[ \t]*(?:\n|$)/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}
