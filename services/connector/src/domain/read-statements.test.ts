import { describe, expect, it } from '@jest/globals';
import type { Resource } from '@tokometrics/contracts';
import type { Json } from './pick-fields.ts';
import { pollFinance, sendStatements } from './read-finance.ts';
import type { PageAsk, SourcePage } from './shop-source.ts';
import { firstCursor } from './sync-cursor.ts';
import type { Lease } from './sync-cursor.ts';

const AT = 1_795_000_000;
const DAY_S = 86_400;

const aStatement = (id: unknown, change: Json = {}): Json => ({
  ...{ id, statement_time: AT - DAY_S, currency: 'GBP', payment_status: 'PROCESSING' },
  ...change,
});

/** One shop's statements with two lines each, two to a page; the log behind, and the cursor. */
function aShop(statements: Json[]) {
  const happened: string[] = [];
  const sent: { resource: Resource; row: Json }[] = [];
  const failing = { at: '' };
  let state = firstCursor(AT);
  const note = (what: string): Promise<void> => {
    if (what === failing.at) {
      return Promise.reject(new Error(`${what} failed`));
    }
    happened.push(what);
    return Promise.resolve();
  };
  const lease: Lease = {
    get state() {
      return state;
    },
    save: async (change) => {
      await note('saved');
      state = { ...state, ...change };
    },
  };
  const pageOf = (rows: readonly Json[], { pageToken }: PageAsk): Promise<SourcePage> => {
    const from = Number(pageToken ?? 0);
    return Promise.resolve({
      rows: rows.slice(from, from + 2),
      nextToken: from + 2 >= rows.length ? '' : String(from + 2),
      ...{ totalCount: undefined, seq: 1, fetchedAt: AT },
    });
  };
  const deps = {
    source: {
      statements: (_bounds: unknown, ask: PageAsk) => pageOf(statements, ask),
      transactions: async (of: string, ask: PageAsk) => {
        await note(`asked for the lines of ${of}`);
        return pageOf([{ id: `${of}-1` }, { id: `${of}-2`, currency: 'EUR' }], ask);
      },
      payments: () => Promise.reject(new Error('not asked for')),
    },
    sink: {
      publish: async ({ resource }: { resource: Resource }, rows: readonly Json[]) => {
        if (rows.length === 0) {
          await note(`${resource} without rows`);
        }
        for (const row of rows) {
          await note(`${resource} ${String(row['id'])}`);
          sent.push({ resource, row });
        }
      },
      mark: ({ resource, records }: { resource: string; records: number }) =>
        note(`marker of ${resource}: ${String(records)}`),
    },
    ...{ nowS: () => AT + 300, pageSize: 2, maxPages: 10, signal: new AbortController().signal },
  };
  return {
    ...{ happened, sent, failing },
    deps,
    poll: () => pollFinance(deps, lease),
    state: () => state,
  };
}

const linesOf = ({ sent }: Pick<ReturnType<typeof aShop>, 'sent'>) =>
  sent.filter(({ resource }) => resource === 'transaction').map(({ row }) => row);

describe('pollFinance', () => {
  it('sends statements and their lines, then both markers, then keeps what it has seen', async () => {
    const shop = aShop([aStatement('3'), aStatement('2'), aStatement('1')]);

    await shop.poll();

    const markers = shop.happened.indexOf('marker of statement: 3');
    expect(shop.happened.slice(markers)).toEqual([
      'marker of statement: 3',
      'marker of transaction: 6',
      'saved',
    ]);
    expect(new Set(shop.happened.slice(0, markers))).toEqual(
      new Set(
        ['3', '2', '1'].flatMap((id) => [
          ...[`statement ${id}`, `asked for the lines of ${id}`],
          ...[`transaction ${id}-1`, `transaction ${id}-2`],
        ]),
      ),
    );
    expect(shop.state().cursor).toBe(AT + 300);
    expect(Object.keys(shop.state().seen).sort()).toEqual(['1', '2', '3']);
  });

  it('gives its lines what the platform names once, above them', async () => {
    const shop = aShop([aStatement('1')]);

    await shop.poll();

    const above = { statement_id: '1', statement_time: AT - DAY_S };
    expect(linesOf(shop)).toEqual([
      { id: '1-1', currency: 'GBP', ...above },
      { id: '1-2', currency: 'EUR', ...above },
    ]);
  });

  it('reads the lines of a statement again when it has changed, and of no other', async () => {
    const rows = [aStatement('2'), aStatement('1')];
    const shop = aShop(rows);
    await shop.poll();
    shop.happened.length = 0;

    rows[1] = aStatement('1', { payment_status: 'PAID' });
    await shop.poll();

    expect(shop.happened).toEqual([
      ...['statement 1', 'asked for the lines of 1', 'transaction 1-1', 'transaction 1-2'],
      ...['marker of statement: 1', 'marker of transaction: 2', 'saved'],
    ]);
  });

  it.each([
    'statement 1',
    'asked for the lines of 1',
    'transaction 1-2',
    'marker of statement: 1',
    'marker of transaction: 2',
  ])('has seen nothing where it breaks off at: %s', async (step) => {
    const shop = aShop([aStatement('1')]);
    shop.failing.at = step;
    await expect(shop.poll()).rejects.toThrow('failed');
    expect(shop.state()).toEqual(firstCursor(AT));

    shop.failing.at = '';
    shop.happened.length = 0;
    await shop.poll();

    expect(shop.happened.slice(0, 2)).toEqual(['statement 1', 'asked for the lines of 1']);
  });

  it.each([
    ['is missing', undefined],
    ['is a text', String(AT)],
    ['is no number', null],
  ])(
    'sends the lines of a statement whose time %s, for ingestion to refuse',
    async (_how, statement_time) => {
      const shop = aShop([aStatement('1', { statement_time })]);

      await shop.poll();

      expect(linesOf(shop)).toMatchObject([
        { id: '1-1', statement_id: '1', statement_time },
        { id: '1-2', statement_id: '1', statement_time },
      ]);
      expect(shop.happened).toContain('marker of transaction: 2');
    },
  );
});

describe('sendStatements', () => {
  it.each([undefined, '', 7])('asks for no lines of a statement whose id is %p', async (id) => {
    const { deps, happened } = aShop([]);
    const page = { rows: [], nextToken: '', totalCount: 1, seq: 1, fetchedAt: AT };

    expect(await sendStatements(deps, page, [aStatement(id)], 'backfill')).toBe(0);

    expect(happened).toEqual([`statement ${String(id)}`]);
  });

  it('sends nothing for a page without statements', async () => {
    const { deps, happened } = aShop([]);
    const page = { rows: [], nextToken: '', totalCount: 0, seq: 1, fetchedAt: AT };

    expect(await sendStatements(deps, page, [], 'live')).toBe(0);

    expect(happened).toEqual([]);
  });
});
