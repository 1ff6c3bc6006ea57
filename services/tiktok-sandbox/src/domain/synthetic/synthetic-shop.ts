import type { Product } from '../catalogue.ts';
import { buildFinance } from '../finance.ts';
import { fnv1a32 } from '../hash.ts';
import { orderRows } from '../ledger.ts';
import { IDR_WHOLE } from '../money.ts';
import { cipherOf } from '../seller.ts';
import { makeBook, type Book, type Shop, type ShopFacts } from '../shop.ts';
import { compactDate, createZone, DAY_S, isoDate } from '../zone-time.ts';
import { foldOrder, type Folded } from './fold-order.ts';
import { createStream } from './random-stream.ts';
import { createCatalogue, type SyntheticProduct } from './synthetic-catalogue.ts';
import { generateAdded, generateDay, type SyntheticSource } from './synthetic-day.ts';
import type { SyntheticEvent } from './synthetic-events.ts';
import { SYNTHETIC_WAREHOUSE, syntheticRowId } from './synthetic-ids.ts';

const SHOP_ID = '7495000000000000062';

export interface SyntheticOptions {
  readonly seed: string;
  /** Local days of history before and including that of `seededAt`. */
  readonly days: number;
  readonly seededAt: number;
  /** Times of orders that were added by hand. */
  readonly added: () => readonly number[];
}

export interface SyntheticShop extends Shop {
  /** All events that the shop is made of, also those after now. */
  readonly events: (now: number) => readonly SyntheticEvent[];
}

interface Made {
  readonly lastDay: number;
  readonly added: number;
  readonly book: Book;
}

export function createSyntheticShop(options: SyntheticOptions): SyntheticShop {
  const zone = createZone('Asia/Jakarta');
  const source = { seed: options.seed, zone, catalogue: createCatalogue(options.seed) };
  const facts: ShopFacts = {
    key: 'id',
    id: SHOP_ID,
    seller: 'synthetic',
    name: 'Toko Sintetis (synthetic data)',
    code: 'IDSYN000062',
    region: 'ID',
    cipher: cipherOf(SHOP_ID, 'ID'),
    money: IDR_WHOLE,
    zone,
    warehouseId: SYNTHETIC_WAREHOUSE,
    isSynthetic: true,
  };
  const firstDay = zone.dayOf(options.seededAt) - options.days + 1;
  const days = new Map<number, { events: SyntheticEvent[]; folded: Folded[] }>();
  const upTo = (lastDay: number): void => {
    for (let day = firstDay + days.size; day <= lastDay; day++) {
      const events = generateDay(source, day);
      days.set(day, { events, folded: foldAll(events) });
    }
  };
  const addedEvents = (): SyntheticEvent[][] =>
    options.added().map((at, index) => generateAdded(source, at, index + 1));

  let made: Made | undefined;
  const book = (now: number): Book => {
    const lastDay = Math.max(zone.dayOf(now), made?.lastDay ?? firstDay);
    const added = options.added().length;
    if (made?.lastDay !== lastDay || made.added !== added) {
      upTo(lastDay);
      const folded = [...days.values()].flatMap((day) => day.folded);
      folded.push(...addedEvents().map(foldOrder));
      made = { lastDay, added, book: makeSyntheticBook(source, folded, [firstDay, lastDay]) };
    }
    return made.book;
  };
  return {
    facts,
    book,
    events: (now) => {
      book(now);
      return [...[...days.values()].flatMap((day) => day.events), ...addedEvents().flat()];
    },
  };
}

function foldAll(events: readonly SyntheticEvent[]): Folded[] {
  const byOrder = new Map<string, SyntheticEvent[]>();
  for (const event of events) {
    const group = byOrder.get(event.orderId) ?? [];
    group.push(event);
    byOrder.set(event.orderId, group);
  }
  return [...byOrder.values()].map(foldOrder);
}

function makeSyntheticBook(
  source: SyntheticSource,
  folded: readonly Folded[],
  span: readonly [number, number],
): Book {
  const sorted = [...folded].sort(
    (a, b) => a.order.createTime - b.order.createTime || (a.order.id < b.order.id ? -1 : 1),
  );
  const rows = sorted.flatMap(({ order, fees }) =>
    orderRows(order, (day) => syntheticRowId(order.id, day), fees),
  );
  const orders = sorted.map(({ order }) => order);
  return makeBook({
    orders,
    products: makeProducts(source, countUnits(folded), span),
    finance: buildFinance(
      rows,
      {
        statementId: (day) => `72380620000${compactDate(day)}`,
        paymentId: (day) => `34580620000${compactDate(day)}`,
      },
      false,
    ),
  });
}

function countUnits(folded: readonly Folded[]): Map<string, number> {
  const units = new Map<string, number>();
  for (const { skuId } of folded.flatMap(({ order }) => order.lines)) {
    units.set(skuId, (units.get(skuId) ?? 0) + 1);
  }
  return units;
}

function makeProducts(
  { seed, catalogue, zone }: SyntheticSource,
  units: ReadonlyMap<string, number>,
  [firstDay, lastDay]: readonly [number, number],
): Product[] {
  const updates = new Map<SyntheticProduct, Product['updates'][number][]>();
  for (let day = firstDay; day <= lastDay; day++) {
    const stream = createStream(`${seed}/id/${isoDate(day)}/products`);
    if (stream.chance(0.2)) {
      const product = stream.pick(catalogue);
      const at = zone.toEpoch(day * DAY_S + stream.between(8 * 3_600, 18 * 3_600));
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
