import { IDR_WHOLE } from '../money.ts';
import { Tally, type TalliedFigures } from '../tally.ts';
import { DAY_S, type Zone } from '../zone-time.ts';
import type { SyntheticEvent, SyntheticItem } from './synthetic-events.ts';

type Of<K extends SyntheticEvent['kind']> = Extract<SyntheticEvent, { kind: K }>;

/** The figures of the generator's own list of events up to now. */
export function expectSynthetic(
  events: readonly SyntheticEvent[],
  { zone, now }: { zone: Zone; now: number },
): TalliedFigures {
  const tally = new Tally(IDR_WHOLE);
  const byOrder = Map.groupBy(
    events.filter(({ at }) => at <= now),
    ({ orderId }) => orderId,
  );
  for (const group of byOrder.values()) {
    addOrder(tally, group, { zone, now });
  }
  return tally.figures();
}

/** A sale is a paid order, or a placed one where the buyer pays at the door. */
function addOrder(
  tally: Tally,
  events: readonly SyntheticEvent[],
  { zone, now }: { zone: Zone; now: number },
): void {
  const ordered = events.find((event): event is Of<'ordered'> => event.kind === 'ordered');
  const paid = events.find(({ kind }) => kind === 'paid');
  const saleAt = ordered?.order.isCod === true ? ordered.at : paid?.at;
  if (ordered === undefined || saleAt === undefined) {
    return;
  }
  const { isSample, isReplacement, isExchange } = ordered.order;
  const isCountable = !isSample && !isReplacement && !isExchange;
  const sold = ordered.items.filter(({ isGift }) => !isGift);
  const gross = sumOf(sold, ({ price }) => price);
  const discount = sumOf(sold, ({ sellerDiscount }) => sellerDiscount);
  if (isCountable) {
    tally.add(zone.dayOf(saleAt), {
      gross_sales: gross,
      seller_discount: discount,
      orders: 1,
      units: sold.length,
      shipping_fee: ordered.shippingFee,
    });
    for (const { productId, title, price } of sold) {
      tally.addProduct(productId, title, { gross: price, units: 1 });
    }
  }
  for (const event of events) {
    addLater(tally, event, { ordered, zone, now, cancelledValue: gross - discount, isCountable });
  }
}

interface Known {
  readonly ordered: Of<'ordered'>;
  readonly zone: Zone;
  readonly now: number;
  readonly cancelledValue: number;
  readonly isCountable: boolean;
}

function addLater(tally: Tally, event: SyntheticEvent, known: Known): void {
  const { ordered, zone, now, cancelledValue, isCountable } = known;
  if (event.kind === 'cancelled' && isCountable) {
    tally.add(zone.dayOf(event.at), { cancelled_value: cancelledValue, cancelled_orders: 1 });
  } else if (event.kind === 'settled') {
    tally.add(event.day, { settled_orders: 1 });
  } else if (event.kind === 'refunded' && event.settlesOn * DAY_S <= now) {
    const items = event.items.flatMap((index) => ordered.items[index] ?? []);
    tally.add(event.settlesOn, {
      refunds_settled: sumOf(items, ({ price, sellerDiscount }) => price - sellerDiscount),
    });
  }
}

function sumOf(items: readonly SyntheticItem[], pick: (item: SyntheticItem) => number): number {
  return items.reduce((sum, item) => sum + pick(item), 0);
}
