import { createHash } from 'node:crypto';
import type { Origin } from '@tokometrics/contracts';
import { inParallel } from './in-parallel.ts';
import type { Json } from './pick-fields.ts';
import { projectEntity } from './project-entity.ts';
import { readRun } from './read-run.ts';
import type { PageAsk, ShopSource, SourcePage } from './shop-source.ts';
import type { SnapshotSink } from './snapshot-sink.ts';
import type { Lease } from './sync-cursor.ts';

export interface FinanceDeps {
  readonly sink: SnapshotSink;
  readonly source: Pick<ShopSource, 'statements' | 'transactions'>;
  readonly nowS: () => number;
  readonly pageSize: number;
  readonly maxPages: number;
  readonly signal: AbortSignal;
}

// A statement's payment state changes for weeks after its date, and nothing tells when.
const LOOKBACK_S = 35 * 86_400;
const PARALLEL_STATEMENTS = 4;
// Dozens of calls for what changes once a day: they never go before orders.
const PRIORITY = 'backfill';

/** A page of statements, then every row that each of them lists. Answers with the count of rows. */
export async function sendStatements(
  deps: FinanceDeps,
  page: SourcePage,
  statements: readonly Json[],
  origin: Origin,
): Promise<number> {
  if (statements.length === 0) {
    return 0;
  }
  const { seq, fetchedAt } = page;
  await deps.sink.publish({ resource: 'statement', origin, seq, fetchedAt }, statements);
  let rows = 0;
  await inParallel(statements, PARALLEL_STATEMENTS, async (statement) => {
    // In two steps: an addition around an await would forget what the others added meanwhile.
    const sent = await sendTransactions(deps, statement, origin);
    rows += sent;
  });
  return rows;
}

async function sendTransactions(
  deps: FinanceDeps,
  statement: Json,
  origin: Origin,
): Promise<number> {
  const id = statement['id'];
  const time = statement['statement_time'];
  const currency = statement['currency'];
  if (typeof id !== 'string' || typeof time !== 'number') {
    return 0;
  }
  let rows = 0;
  await readRun({
    pageSize: deps.pageSize,
    maxPages: deps.maxPages,
    readPage: (pageToken, pageSize) => {
      const ask: PageAsk = { pageToken, pageSize, priority: PRIORITY, signal: deps.signal };
      return deps.source.transactions(id, ask);
    },
    handle: async (page) => {
      rows += page.rows.length;
      await deps.sink.publish(
        { resource: 'transaction', origin, seq: page.seq, fetchedAt: page.fetchedAt },
        // The platform names currency, statement and its time once, above the rows.
        page.rows.map((row) => ({ currency, ...row, statement_id: id, statement_time: time })),
      );
    },
  });
  return rows;
}

function contentOf(statement: Json): string {
  return createHash('sha256')
    .update(JSON.stringify(projectEntity('statement', statement)))
    .digest('base64url')
    .slice(0, 16);
}

/** Statements of the last weeks; the rows of those that are new or have changed. */
export async function pollFinance(deps: FinanceDeps, lease: Lease): Promise<number> {
  const through = deps.nowS();
  const from = Math.max(0, lease.state.cursor - LOOKBACK_S);
  const seen: Record<string, string> = {};
  let statements = 0;
  let transactions = 0;
  await readRun({
    pageSize: deps.pageSize,
    maxPages: deps.maxPages,
    readPage: (pageToken, pageSize) =>
      deps.source.statements(
        { from },
        { pageToken, pageSize, priority: PRIORITY, signal: deps.signal },
      ),
    handle: async (page) => {
      const changed = page.rows.filter((row) => {
        const id = String(row['id']);
        seen[id] = contentOf(row);
        return lease.state.seen[id] !== seen[id];
      });
      statements += changed.length;
      transactions += await sendStatements(deps, page, changed, 'live');
    },
  });
  const range = { axis: 'update', from, through } as const;
  await deps.sink.mark({ ...range, resource: 'statement', records: statements }, 'live');
  await deps.sink.mark({ ...range, resource: 'transaction', records: transactions }, 'live');
  await lease.save({ cursor: through, seen, error: null });
  return statements + transactions;
}
