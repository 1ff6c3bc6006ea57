import { describe, expect, it } from '@jest/globals';
import { rowAmountsAt, rowTime, type AdjustmentRow, type ReserveRow } from './ledger.ts';
import { PROFILES } from './synthetic/synthetic-profile.ts';
import { createSyntheticShop } from './synthetic/synthetic-shop.ts';
import { DAY_S } from './zone-time.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z') / 1000;
const { orders, finance } = createSyntheticShop(PROFILES.us, {
  seed: '3',
  days: 60,
  seededAt: NOW,
  added: () => [],
  rates: () => [],
}).book(NOW);

describe('rows of statements', () => {
  const adjustment: AdjustmentRow = {
    kind: 'adjustment',
    id: '1',
    day: 20_000,
    type: 'OTHER_ADJUSTMENT',
    at: 1_727_999_000,
    amount: -5,
    associatedOrder: orders[0],
  };

  it('sort by their order, and without one by their own time', () => {
    const reserve = finance.rows.find((row) => row.kind === 'reserve');

    expect(rowTime(adjustment)).toBe(adjustment.at);
    expect(reserve === undefined ? 0 : rowTime(reserve)).toBe(
      orders.find(({ id }) => id === `576001${reserve?.reserveId.slice(7) ?? ''}`)?.createTime,
    );
  });

  it('have no reserve before the statement that names it, and no settlement from it', () => {
    const reserve = finance.rows.find((row): row is ReserveRow => row.kind === 'reserve');
    const time = (reserve?.day ?? 0) * DAY_S;
    const at = (now: number) => (reserve === undefined ? null : rowAmountsAt(reserve, now));

    expect(at(time - 1)).toBeUndefined();
    expect(at(time)).toMatchObject({ reserve: reserve?.amount, settlement: 0, revenue: 0 });
  });

  it('shrink by a unit that is cancelled alone, from its time on', () => {
    const row = finance.rows.find(
      (one) =>
        one.kind === 'order' &&
        one.isSettlement &&
        one.refunds.length === 0 &&
        one.order.lines.some(({ cancellation }) => cancellation !== undefined),
    );
    const line =
      row?.kind === 'order'
        ? row.order.lines.find(({ cancellation }) => cancellation !== undefined)
        : undefined;
    const time = line?.cancellation?.at ?? 0;
    const revenueAt = (now: number): number =>
      (row === undefined ? undefined : rowAmountsAt(row, now))?.revenue ?? 0;

    expect(line?.originalPrice).toBeGreaterThan(0);
    expect(revenueAt(time - 1) - revenueAt(time)).toBe(
      (line?.originalPrice ?? 0) - (line?.sellerDiscount ?? 0),
    );
  });
});
