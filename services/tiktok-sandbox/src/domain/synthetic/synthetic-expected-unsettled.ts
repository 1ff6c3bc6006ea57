import { moneyText, type MoneyStyle } from '../money.ts';
import { DAY_S } from '../zone-time.ts';
import { findEvent, type EventOf, type SyntheticEvent } from './synthetic-events.ts';

/** Where the statement of an order would have stood that is cancelled later on. */
const DAYS_TO_STATEMENT = 10;

/**
 * By order, what is expected on statements that have not come at `now`, by the events alone. `events`
 * are all that the shop is made of: they tell on which statement an order will be.
 */
export function expectUnsettled(
  events: readonly SyntheticEvent[],
  money: MoneyStyle,
  now: number,
): Readonly<Record<string, string>> {
  const open: [string, string][] = [];
  for (const [orderId, group] of Map.groupBy(events, (event) => event.orderId)) {
    const amounts = openAmounts(group, now);
    if (amounts.length > 0) {
      const sum = amounts.reduce((total, amount) => total + amount, 0);
      open.push([orderId, moneyText(sum, money)]);
    }
  }
  return Object.fromEntries(open.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** One amount for each statement to come that the order will be on. */
function openAmounts(group: readonly SyntheticEvent[], now: number): number[] {
  const past = group.filter(({ at }) => at <= now);
  const ordered = findEvent(past, 'ordered');
  if (ordered === undefined || findEvent(past, 'cancelled') !== undefined) {
    return [];
  }
  const settled = findEvent(group, 'settled');
  const ownDay = settled?.day ?? Math.floor(ordered.at / DAY_S) + DAYS_TO_STATEMENT;
  const byDay = new Map<number, number>();
  if (ordered.order.isCod || findEvent(past, 'paid') !== undefined) {
    const fees = Object.values(settled?.fees ?? {}).reduce((sum, fee) => sum + fee, 0);
    byDay.set(ownDay, goodsOf(ordered, past) + ordered.shippingFee + fees);
  }
  for (const refund of past.filter((event) => event.kind === 'refunded')) {
    const back = valueOf(ordered, refund.items);
    byDay.set(refund.settlesOn, (byDay.get(refund.settlesOn) ?? 0) - back);
  }
  return [...byDay].filter(([day]) => day * DAY_S > now).map(([, amount]) => amount);
}

/** Of what has not been cancelled by itself. */
function goodsOf(ordered: EventOf<'ordered'>, past: readonly SyntheticEvent[]): number {
  const dropped = findEvent(past, 'dropped')?.items ?? [];
  const kept = ordered.items.map((_item, index) => index).filter((at) => !dropped.includes(at));
  return valueOf(ordered, kept);
}

/** What the seller gets for these items, before fees. */
function valueOf({ items }: EventOf<'ordered'>, indexes: readonly number[]): number {
  return indexes
    .flatMap((index) => items[index] ?? [])
    .reduce((sum, { price, sellerDiscount }) => sum + price - sellerDiscount, 0);
}
