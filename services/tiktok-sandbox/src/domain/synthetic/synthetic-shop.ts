import type { Product } from '../catalogue.ts';
import { buildFinance } from '../finance.ts';
import { fnv1a32 } from '../hash.ts';
import { orderRows, type LedgerRow, type ReserveRow } from '../ledger.ts';
import { batchesBetween, isPlaced, type OrderRate } from '../order-rates.ts';
import { cipherOf } from '../seller.ts';
import { makeBook, type Book, type Shop, type ShopFacts } from '../shop.ts';
import { createZone, DAY_S, HOUR_S, isoDate } from '../zone-time.ts';
import { foldOrder, type Folded } from './fold-order.ts';
import { createStream } from './random-stream.ts';
import { createCatalogue, type SyntheticProduct } from './synthetic-catalogue.ts';
import { generateAdded, generateDay, type SyntheticSource } from './synthetic-day.ts';
import type { SyntheticEvent } from './synthetic-events.ts';
import { createIds, type SyntheticIds } from './synthetic-ids.ts';
import type { SyntheticProfile } from './synthetic-profile.ts';
import { misreportedOn } from './misreported-payment.ts';

export interface SyntheticOptions {
  readonly seed: string;
  /** Local days of history before and including that of `seededAt`. */
  readonly days: number;
  readonly seededAt: number;
  /** Times of orders that were added by hand. */
  readonly added: () => readonly number[];
  /** Ascending; only ever added to. */
  readonly rates: () => readonly OrderRate[];
}

export interface SyntheticShop extends Shop {
  /** All events that the shop is made of, also those after now. */
  readonly events: (now: number) => readonly SyntheticEvent[];
}

interface MadeOrder {
  readonly at: number;
  readonly orderId: string;
  readonly events: readonly SyntheticEvent[];
  readonly folded: Folded;
}

interface Made {
  readonly lastDay: number;
  readonly added: number;
  readonly rates: number;
  readonly orders: readonly MadeOrder[];
  readonly book: Book;
}

export function createSyntheticShop(
  profile: SyntheticProfile,
  options: SyntheticOptions,
): SyntheticShop {
  const zone = createZone(profile.zone);
  const { seed } = options;
  const ids = createIds(profile.ids);
  const source = { seed, zone, profile, ids, catalogue: createCatalogue(seed, profile, ids) };
  const firstDay = zone.dayOf(options.seededAt) - options.days + 1;
  const drawn = new Map<string, MadeOrder[]>();
  const drawDay = (day: number, batch: number): MadeOrder[] => {
    const key = `${String(day)}/${String(batch)}`;
    const orders = drawn.get(key) ?? generateDay(source, day, batch).map(makeOrder);
    drawn.set(key, orders);
    return orders;
  };
  const placedOn = (day: number): MadeOrder[] => {
    const rates = options.rates();
    const begins = zone.toEpoch(day * DAY_S);
    const batches = batchesBetween(rates, begins, zone.toEpoch((day + 1) * DAY_S));
    return Array.from({ length: batches }, (_, batch) =>
      drawDay(day, batch).filter((order) => isPlaced(rates, order, batch)),
    ).flat();
  };

  let made: Made | undefined;
  const make = (now: number): Made => {
    const lastDay = Math.max(zone.dayOf(now), made?.lastDay ?? firstDay);
    const added = options.added();
    const rates = options.rates().length;
    if (made?.lastDay !== lastDay || made.added !== added.length || made.rates !== rates) {
      const days = Array.from({ length: lastDay - firstDay + 1 }, (_, index) => firstDay + index);
      const orders = [
        ...days.flatMap(placedOn),
        ...added.map((at, index) => makeOrder(generateAdded(source, at, index + 1))),
      ];
      const folded = orders.map((order) => order.folded);
      const book = makeSyntheticBook(source, folded, [firstDay, lastDay]);
      made = { lastDay, added: added.length, rates, orders, book };
    }
    return made;
  };
  return {
    facts: factsOf(source),
    book: (now) => make(now).book,
    events: (now) => make(now).orders.flatMap(({ events }) => events),
  };
}

function factsOf({ profile, ids, zone }: SyntheticSource): ShopFacts {
  return {
    ...profile.shop,
    key: profile.key,
    seller: 'synthetic',
    cipher: cipherOf(profile.shop.id, profile.shop.region),
    money: profile.money,
    zone,
    warehouseId: ids.warehouse,
    isSynthetic: true,
  };
}

function makeOrder(events: readonly SyntheticEvent[]): MadeOrder {
  const folded = foldOrder(events);
  return { at: folded.order.createTime, orderId: folded.order.id, events, folded };
}

function makeSyntheticBook(
  source: SyntheticSource,
  folded: readonly Folded[],
  span: readonly [number, number],
): Book {
  const { ids, profile } = source;
  const sorted = [...folded].sort(
    (a, b) => a.order.createTime - b.order.createTime || (a.order.id < b.order.id ? -1 : 1),
  );
  const rows = sorted.flatMap((one): LedgerRow[] => [
    ...orderRows(one.order, (day) => ids.row(one.order.id, day), one.fees),
    ...reserveRows(one, ids),
  ]);
  return makeBook({
    orders: sorted.map(({ order }) => order),
    products: makeProducts(source, countUnits(folded), span),
    finance: buildFinance(
      rows,
      { statementId: ids.statement, paymentId: ids.payment },
      profile.hasPayments ? { misreported: misreportedOn } : undefined,
    ),
  });
}

function reserveRows({ order, reserve }: Folded, ids: SyntheticIds): ReserveRow[] {
  if (reserve === undefined) {
    return [];
  }
  const { day, releaseDay, amount } = reserve;
  const common = {
    kind: 'reserve',
    order,
    reserveId: ids.reserve(order.id),
    releaseDay,
  } as const;
  return [
    {
      ...common,
      id: ids.row(order.id, day, 'collected'),
      day,
      status: 'COLLECTED',
      amount: -amount,
    },
    {
      ...common,
      id: ids.row(order.id, releaseDay, 'released'),
      day: releaseDay,
      status: 'RELEASED',
      amount,
    },
  ];
}

function countUnits(folded: readonly Folded[]): Map<string, number> {
  const units = new Map<string, number>();
  for (const { skuId } of folded.flatMap(({ order }) => order.lines)) {
    units.set(skuId, (units.get(skuId) ?? 0) + 1);
  }
  return units;
}

function makeProducts(
  { seed, profile, catalogue, zone }: SyntheticSource,
  units: ReadonlyMap<string, number>,
  [firstDay, lastDay]: readonly [number, number],
): Product[] {
  const updates = new Map<SyntheticProduct, Product['updates'][number][]>();
  for (let day = firstDay; day <= lastDay; day++) {
    const stream = createStream(`${seed}/${profile.key}/${isoDate(day)}/products`);
    if (stream.chance(0.2)) {
      const product = stream.pick(catalogue);
      const at = zone.toEpoch(day * DAY_S + stream.between(8 * HOUR_S, 18 * HOUR_S));
      const changedFields = [stream.pick(['title', 'description', 'main_images'])];
      if (at > product.createTime) {
        updates.set(product, [...(updates.get(product) ?? []), { at, changedFields }]);
      }
    }
  }
  return catalogue.map((product) => ({
    id: product.id,
    title: product.title,
    createTime: product.createTime,
    updates: updates.get(product) ?? [],
    brand: product.brand,
    category: product.category,
    skus: product.skus.map((sku) => ({
      id: sku.skuId,
      sellerSku: sku.sellerSku,
      name: sku.name,
      price: sku.price,
      opening: (units.get(sku.skuId) ?? 0) + 20 + (fnv1a32(sku.skuId) % 200),
    })),
  }));
}
