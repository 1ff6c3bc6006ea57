import { moneyText, type MoneyStyle } from '../money.ts';
import { DAY_S } from '../zone-time.ts';
import { findEvent, type SyntheticEvent } from './synthetic-events.ts';

/** Sums of all statements that are visible by now. */
export interface ExpectedMoney {
  readonly revenue: string;
  readonly shipping: string;
  readonly fees: Readonly<Record<string, string>>;
  readonly settlement: string;
  readonly reserve_collected: string;
  readonly reserve_released: string;
}

/** `groups` hold the events of one order each, up to now. */
export function expectMoney(
  groups: readonly (readonly SyntheticEvent[])[],
  money: MoneyStyle,
  now: number,
): ExpectedMoney {
  const sums = { revenue: 0, shipping: 0, collected: 0, released: 0 };
  const fees = new Map<string, number>();
  for (const events of groups) {
    addGoods(sums, events, now);
    for (const [name, fee] of Object.entries(findEvent(events, 'settled')?.fees ?? {})) {
      fees.set(name, (fees.get(name) ?? 0) + fee);
    }
    const reserved = findEvent(events, 'reserved');
    sums.collected += reserved?.amount ?? 0;
    const isReleased = reserved !== undefined && reserved.releaseDay * DAY_S <= now;
    sums.released += isReleased ? reserved.amount : 0;
  }
  const feeTotal = [...fees.values()].reduce((sum, fee) => sum + fee, 0);
  const text = (amount: number): string => moneyText(amount, money);
  return {
    revenue: text(sums.revenue),
    shipping: text(sums.shipping),
    fees: Object.fromEntries([...fees].sort().map(([name, fee]) => [name, text(fee)])),
    settlement: text(sums.revenue + sums.shipping + feeTotal),
    reserve_collected: text(sums.collected),
    reserve_released: text(sums.released),
  };
}

/** Goods that were neither cancelled nor, on a statement by now, refunded; and their shipping. */
function addGoods(
  sums: { revenue: number; shipping: number },
  events: readonly SyntheticEvent[],
  now: number,
): void {
  const ordered = findEvent(events, 'ordered');
  if (ordered === undefined || findEvent(events, 'settled') === undefined) {
    return;
  }
  const gone = events.flatMap((event) => {
    const isRefunded = event.kind === 'refunded' && event.settlesOn * DAY_S <= now;
    return isRefunded || event.kind === 'dropped' ? event.items : [];
  });
  ordered.items.forEach(({ price, sellerDiscount }, index) => {
    sums.revenue += gone.includes(index) ? 0 : price - sellerDiscount;
  });
  sums.shipping += ordered.shippingFee;
}
