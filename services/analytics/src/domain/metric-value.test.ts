import { describe, expect, it } from '@jest/globals';
import { RESOURCES } from '@tokometrics/contracts';
import type { Resource } from '@tokometrics/contracts';
import type { Completeness } from './completeness.ts';
import { createKnowledge } from './knowledge.ts';
import { valuedOf } from './metric-value.ts';
import { resolveWindow } from './query-window.ts';
import { NO_SUMS } from './sums.ts';
import type { Sums } from './sums.ts';

const NOW = new Date('2026-11-24T18:00:00Z');
const at = (text: string) => Date.parse(text) / 1000;
const LOADED_FROM = at('2026-11-20T17:00:00Z');
const READ_THROUGH = at('2026-11-24T17:30:00Z');

/** Everything is read back to 21 November 00:00 in Jakarta, and up to half past midnight of the 25th. */
const context = (() => {
  const complete = new Map<Resource, Completeness>(
    RESOURCES.map((resource) => [
      resource,
      {
        create: [{ from: LOADED_FROM, through: READ_THROUGH }],
        update: [{ from: READ_THROUGH, through: READ_THROUGH }],
      },
    ]),
  );
  const window = resolveWindow({ from: '2026-11-15', to: '2026-11-27' }, 'Asia/Jakarta', NOW);
  const knowledge = createKnowledge({ complete, gaps: [] }, window.nowS);
  return { window, knowledge, basis: 'activity' as const, currency: 'IDR' };
})();
const dayOf = (date: string) => {
  const bucket = context.window.buckets.find((one) => one.date === date);
  return { date, fromS: bucket?.from ?? 0, toS: bucket?.to ?? 0 };
};
const some = (amounts: Partial<Sums>): Sums => ({
  ...NO_SUMS,
  ...{ currency: 'IDR', rows: 1 },
  ...amounts,
});
const REFUND = some({ refunds: 50_000n });
const SALE = some({ orders: 1n, grossSales: 1_000_000n });

describe('valuedOf', () => {
  it.each([
    ['gross_sales', REFUND],
    ['net_sales', REFUND],
    ['refunds_settled', REFUND],
    ['orders', SALE],
    ['aov', SALE],
  ] as const)('knows no %s of a day that is not read, whatever rows of it are', (metric, sums) => {
    expect(valuedOf(context, metric, sums, dayOf('2026-11-20'))).toEqual({
      value: null,
      reason: 'before_connection',
    });
  });

  it('knows the zero of a day that is read', () => {
    const read = dayOf('2026-11-22');

    expect(valuedOf(context, 'orders', NO_SUMS, read)).toEqual({ value: '0' });
    expect(valuedOf(context, 'gross_sales', REFUND, read)).toEqual({ value: '0' });
    expect(valuedOf(context, 'net_sales', REFUND, read)).toEqual({ value: '-5' });
    expect(valuedOf(context, 'orders', SALE, read)).toEqual({ value: '1' });
  });

  it('shows what is there of a range that is read in part, and never its zero', () => {
    const whole = { ...dayOf('2026-11-18'), toS: dayOf('2026-11-23').toS };

    expect(valuedOf(context, 'orders', SALE, whole)).toEqual({ value: '1' });
    expect(valuedOf(context, 'cancelled_orders', SALE, whole)).toEqual({
      value: null,
      reason: 'before_connection',
    });
  });

  it('says of the future that it has not come, and of today what there is so far', () => {
    expect(valuedOf(context, 'orders', NO_SUMS, dayOf('2026-11-26')).reason).toBe('not_yet');
    expect(valuedOf(context, 'orders', NO_SUMS, dayOf('2026-11-25'))).toEqual({ value: '0' });
    expect(valuedOf(context, 'orders', SALE, dayOf('2026-11-25'))).toEqual({ value: '1' });
  });
});
