import type { Origin } from '@tokometrics/contracts';
import { contentOf } from './content-of.ts';
import { inParallel } from './in-parallel.ts';
import type { Json } from './pick-fields.ts';
import { readRun } from './read-run.ts';
import type { Bounds, PageAsk, ShopSource, SourcePage } from './shop-source.ts';
import type { SnapshotSink } from './snapshot-sink.ts';
import type { Lease } from './sync-cursor.ts';

export interface FinanceDeps {
  readonly sink: SnapshotSink;
  readonly source: Pick<ShopSource, 'statements' | 'transactions' | 'payments'>;
  readonly nowS: () => number;
  readonly pageSize: number;
  readonly maxPages: number;
  readonly signal: AbortSignal;
}

// The state of a statement or a payment changes for weeks after its date, and nothing tells when.
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
  const { id, statement_time, currency } = statement;
  // Without an id nothing can be asked for, and the statement itself is left out as nameless.
  if (typeof id !== 'string' || id === '') {
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
        // The platform names currency, statement and its time once, above the rows. A time that is none
        // goes as it came: its rows are refused one by one, and told of as missing; left out they are not.
        page.rows.map((row) => ({ currency, ...row, statement_id: id, statement_time })),
      );
    },
  });
  return rows;
}

interface Recent {
  readonly resource: 'statement' | 'payment';
  readonly fetch: (bounds: Bounds, ask: PageAsk) => Promise<SourcePage>;
  /** Rows of a page that are new or have changed since the last poll. */
  readonly send: (page: SourcePage, changed: readonly Json[]) => Promise<void>;
}

/** What was created in the last weeks; answers with the window, and with what was seen in it. */
async function readRecent(deps: FinanceDeps, { state }: Lease, recent: Recent) {
  const { pageSize, maxPages, signal } = deps;
  const through = deps.nowS();
  const from = Math.max(0, state.cursor - LOOKBACK_S);
  const seen: Record<string, string> = {};
  await readRun({
    pageSize,
    maxPages,
    readPage: (pageToken, size) =>
      recent.fetch({ from }, { pageToken, pageSize: size, priority: PRIORITY, signal }),
    handle: async (page) => {
      const changed = page.rows.filter((row) => {
        const id = String(row['id']);
        seen[id] = contentOf(recent.resource, row);
        return state.seen[id] !== seen[id];
      });
      await recent.send(page, changed);
    },
  });
  return { range: { axis: 'update', from, through } as const, seen };
}

/** Statements of the last weeks; the rows of those that are new or have changed. */
export async function pollFinance(deps: FinanceDeps, lease: Lease): Promise<number> {
  let statements = 0;
  let transactions = 0;
  const { range, seen } = await readRecent(deps, lease, {
    resource: 'statement',
    fetch: deps.source.statements,
    send: async (page, changed) => {
      statements += changed.length;
      transactions += await sendStatements(deps, page, changed, 'live');
    },
  });
  await deps.sink.mark({ ...range, resource: 'statement', records: statements }, 'live');
  await deps.sink.mark({ ...range, resource: 'transaction', records: transactions }, 'live');
  await lease.save({ cursor: range.through, seen, error: null });
  return statements + transactions;
}

/** Payments of the last weeks: one under way says nothing when the money leaves. */
export async function pollPayments(deps: FinanceDeps, lease: Lease): Promise<number> {
  let payments = 0;
  const { range, seen } = await readRecent(deps, lease, {
    resource: 'payment',
    fetch: deps.source.payments,
    send: async ({ seq, fetchedAt }, changed) => {
      payments += changed.length;
      if (changed.length > 0) {
        await deps.sink.publish({ resource: 'payment', origin: 'live', seq, fetchedAt }, changed);
      }
    },
  });
  await deps.sink.mark({ ...range, resource: 'payment', records: payments }, 'live');
  await lease.save({ cursor: range.through, seen, error: null });
  return payments;
}
