import { describe, expect, it } from '@jest/globals';
import type { Json } from './pick-fields.ts';
import { pollPayments } from './read-finance.ts';
import type { Bounds, PageAsk, SourcePage } from './shop-source.ts';
import { firstCursor } from './sync-cursor.ts';
import type { Lease } from './sync-cursor.ts';

const AT = 1_795_000_000;
const DAY_S = 86_400;

const aPayment = (id: string, change: Json = {}): Json => ({
  id,
  create_time: AT - DAY_S,
  status: 'PROCESSING',
  amount: { value: '87.66', currency: 'USD' },
  bank_account: 'PIICANARY***1234',
  ...change,
});

/** One shop's payments at the platform, the log that they go to, and the cursor behind both. */
function aShop(rows: Json[]) {
  const happened: string[] = [];
  const asked: Bounds[] = [];
  let state = firstCursor(AT);
  const lease: Lease = {
    get state() {
      return state;
    },
    save: (change) => {
      happened.push('saved');
      state = { ...state, ...change };
      return Promise.resolve();
    },
  };
  const none = () => Promise.reject(new Error('not asked for'));
  const payments = (bounds: Bounds, { pageToken }: PageAsk): Promise<SourcePage> => {
    asked.push(bounds);
    const from = Number(pageToken ?? 0);
    return Promise.resolve({
      rows: rows.slice(from, from + 2),
      nextToken: from + 2 >= rows.length ? '' : String(from + 2),
      ...{ totalCount: undefined, seq: 1, fetchedAt: AT },
    });
  };
  const deps = {
    source: { payments, statements: none, transactions: none },
    sink: {
      publish: ({ resource }: { resource: string }, sent: readonly Json[]) => {
        happened.push(
          ...sent.map(({ id, status }) => `${resource} ${String(id)} ${String(status)}`),
        );
        return Promise.resolve();
      },
      mark: (marker: { resource: string; through: number; records: number }) => {
        happened.push(`marker of ${marker.resource}: ${String(marker.records)}`);
        return Promise.resolve();
      },
    },
    ...{ nowS: () => AT + 300, pageSize: 2, maxPages: 10, signal: new AbortController().signal },
  };
  return { asked, happened, poll: () => pollPayments(deps, lease), through: () => state.cursor };
}

describe('pollPayments', () => {
  it('sends all pages of the last weeks, then the marker, then moves the cursor', async () => {
    const shop = aShop([aPayment('3'), aPayment('2'), aPayment('1')]);

    await shop.poll();

    expect(shop.happened).toEqual([
      ...['payment 3 PROCESSING', 'payment 2 PROCESSING', 'payment 1 PROCESSING'],
      ...['marker of payment: 3', 'saved'],
    ]);
    expect(shop.asked[0]).toEqual({ from: AT - 35 * DAY_S });
    expect(shop.through()).toBe(AT + 300);
  });

  it('sends a payment again when the money has left, and nothing that is as it was', async () => {
    const rows = [aPayment('2'), aPayment('1')];
    const shop = aShop(rows);
    await shop.poll();
    shop.happened.length = 0;

    rows[1] = aPayment('1', { status: 'PAID', paid_time: AT });
    await shop.poll();
    await shop.poll();

    expect(shop.happened).toEqual([
      ...['payment 1 PAID', 'marker of payment: 1', 'saved'],
      ...['marker of payment: 0', 'saved'],
    ]);
  });

  it('takes no change of what is never kept for a change', async () => {
    const rows = [aPayment('1')];
    const shop = aShop(rows);
    await shop.poll();
    shop.happened.length = 0;

    rows[0] = aPayment('1', { bank_account: 'PIICANARY***9999' });
    await shop.poll();

    expect(shop.happened).toEqual(['marker of payment: 0', 'saved']);
  });
});
