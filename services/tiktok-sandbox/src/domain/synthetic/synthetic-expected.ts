import type { MoneyStyle } from '../money.ts';
import { Tally, type TalliedFigures } from '../tally.ts';
import { DAY_S, type Zone } from '../zone-time.ts';
import {
  findEvent,
  type EventOf,
  type SyntheticEvent,
  type SyntheticItem,
} from './synthetic-events.ts';
import { expectMoney, type ExpectedMoney } from './synthetic-expected-money.ts';

export interface SyntheticExpected extends TalliedFigures {
  readonly settled: ExpectedMoney;
}

interface Circumstances {
  readonly zone: Zone;
  readonly money: MoneyStyle;
  readonly now: number;
}

/** The figures of the generator's own list of events up to now. */
export function expectSynthetic(
  events: readonly SyntheticEvent[],
  circumstances: Circumstances,
): SyntheticExpected {
  const { zone, money, now } = circumstances;
  const tally = new Tally(money);
  const byOrder = Map.groupBy(
    events.filter(({ at }) => at <= now),
    ({ orderId }) => orderId,
  );
  for (const group of byOrder.values()) {
    addOrder(tally, group, { zone, now });
  }
  return { ...tally.figures(), settled: expectMoney([...byOrder.values()], money, now) };
}

/** A sale is a paid order, or a placed one where the buyer pays at the door. */
function addOrder(
  tally: Tally,
  events: readonly SyntheticEvent[],
  { zone, now }: { zone: Zone; now: number },
): void {
  const ordered = findEvent(events, 'ordered');
  const paid = findEvent(events, 'paid');
  const saleAt = ordered?.order.isCod === true ? ordered.at : paid?.at;
  if (ordered === undefined || saleAt === undefined) {
    return;
  }
  const { isSample, isReplacement, isExchange } = ordered.order;
  const isCountable = !isSample && !isReplacement && !isExchange;
  const sold = ordered.items.filter(({ isGift }) => !isGift);
  if (isCountable) {
    tally.add(zone.dayOf(saleAt), {
      gross_sales: sumOf(sold, ({ price }) => price),
      seller_discount: sumOf(sold, ({ sellerDiscount }) => sellerDiscount),
      orders: 1,
      units: sold.length,
      shipping_fee: ordered.shippingFee,
    });
    for (const { productId, title, price } of sold) {
      tally.addProduct(productId, title, { gross: price, units: 1 });
    }
  }
  for (const event of events) {
    addLater(tally, event, { ordered, sold, zone, now, isCountable });
  }
}

interface Known {
  readonly ordered: EventOf<'ordered'>;
  readonly sold: readonly SyntheticItem[];
  readonly zone: Zone;
  readonly now: number;
  readonly isCountable: boolean;
}

function addLater(tally: Tally, event: SyntheticEvent, known: Known): void {
  const { ordered, sold, zone, now, isCountable } = known;
  const itemsOf = (indexes: readonly number[]): SyntheticItem[] =>
    indexes.flatMap((index) => ordered.items[index] ?? []);
  // A statement's day is the one on the shop's own calendar at 00:00 UTC.
  const statementDay = (day: number): number => zone.dayOf(day * DAY_S);
  if (event.kind === 'cancelled' && isCountable) {
    tally.add(zone.dayOf(event.at), { cancelled_value: valueOf(sold), cancelled_orders: 1 });
  } else if (event.kind === 'dropped' && isCountable) {
    tally.add(zone.dayOf(event.at), { cancelled_value: valueOf(itemsOf(event.items)) });
  } else if (event.kind === 'settled') {
    tally.add(statementDay(event.day), { settled_orders: 1 });
  } else if (event.kind === 'refunded' && event.settlesOn * DAY_S <= now) {
    tally.add(statementDay(event.settlesOn), { refunds_settled: valueOf(itemsOf(event.items)) });
  }
}

/** What the seller would have got for the goods. */
function valueOf(items: readonly SyntheticItem[]): number {
  return sumOf(items, ({ price, sellerDiscount }) => price - sellerDiscount);
}

function sumOf(items: readonly SyntheticItem[], pick: (item: SyntheticItem) => number): number {
  return items.reduce((sum, item) => sum + pick(item), 0);
}
