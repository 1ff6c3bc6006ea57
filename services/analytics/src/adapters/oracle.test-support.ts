import { toUnits } from '@tokometrics/contracts';
import type { OrderFact, TransactionFact } from '@tokometrics/contracts';

/*
 * The figures of a stream of facts, worked out in memory with big integers and none of the SQL.
 * Keys and measures are named as the rollups' columns.
 */
export interface VersionedOrder {
  readonly seq: number;
  readonly fact: OrderFact;
}
export interface VersionedRefund {
  readonly seq: number;
  readonly fact: TransactionFact;
}

export type Row = Record<string, bigint>;
export interface Rollups {
  readonly hourly: Map<string, Row>;
  readonly daily: Map<string, Row>;
  readonly product: Map<string, Row>;
}

function add(map: Map<string, Row>, key: string, amounts: Row): void {
  const row = map.get(key) ?? {};
  for (const [name, amount] of Object.entries(amounts)) {
    row[name] = (row[name] ?? 0n) + amount;
  }
  map.set(key, row);
}

function newest<T extends { seq: number }>(items: readonly T[], key: (item: T) => string): T[] {
  const best = new Map<string, T>();
  for (const item of items) {
    const known = best.get(key(item));
    if (known === undefined || item.seq > known.seq) {
      best.set(key(item), item);
    }
  }
  return [...best.values()];
}

interface Unit {
  readonly product: string;
  readonly sku: string;
  readonly price: bigint;
  readonly own: bigint;
  readonly theirs: bigint;
  readonly gift: boolean;
  readonly gone: boolean;
}

function unitsOf(fact: OrderFact): Unit[] {
  const { lines } = fact;
  return lines.lineId.map((_id, index) => ({
    product: lines.productId[index] ?? '',
    sku: lines.skuId[index] ?? '',
    price: toUnits(lines.originalPrice[index] ?? '0'),
    own: toUnits(lines.sellerDiscount[index] ?? '0'),
    theirs: toUnits(lines.platformDiscount[index] ?? '0'),
    gift: lines.isGift[index] === 1,
    gone: fact.isCancelled === 1 || lines.cancelled[index] === 1,
  }));
}

const total = (units: readonly Unit[], of: (unit: Unit) => bigint): bigint =>
  units.reduce((sum, unit) => sum + of(unit), 0n);

const isCountable = (fact: OrderFact): boolean =>
  fact.saleDate !== null &&
  fact.isSample === 0 &&
  fact.isReplacement === 0 &&
  fact.isExchange === 0;

export function rollupsOf(
  orders: readonly VersionedOrder[],
  refunds: readonly VersionedRefund[],
): Rollups {
  const rollups: Rollups = { hourly: new Map(), daily: new Map(), product: new Map() };
  const byId = new Map<string, OrderFact>();
  for (const { fact } of newest(orders, ({ fact: order }) => order.orderId)) {
    byId.set(fact.orderId, fact);
    if (isCountable(fact)) {
      addOrder(rollups, fact);
    }
  }
  addRefunds(
    rollups,
    byId,
    newest(refunds, ({ fact }) => fact.transactionId).map(({ fact }) => fact),
  );
  return rollups;
}

function addShop(
  rollups: Rollups,
  at: { date: string | null; hour: number | null; currency: string },
  amounts: Row,
): void {
  const date = String(at.date);
  add(rollups.daily, `${date}|${at.currency}`, amounts);
  add(rollups.hourly, `${date}|${String(at.hour)}|${at.currency}`, amounts);
}

function addOrder(rollups: Rollups, fact: OrderFact): void {
  const all = unitsOf(fact);
  const sold = all.filter((unit) => !unit.gift);
  const gone = sold.filter((unit) => unit.gone);
  const { currency } = fact;
  const whole = BigInt(fact.isCancelled);
  const lost = total(gone, (unit) => unit.price - unit.own);
  addShop(
    rollups,
    { date: fact.saleDate, hour: fact.saleHour, currency },
    {
      orders: 1n,
      units: BigInt(sold.length),
      gift_units: BigInt(all.length - sold.length),
      gross_sales: total(sold, (unit) => unit.price),
      seller_discount: total(sold, (unit) => unit.own),
      platform_discount: total(sold, (unit) => unit.theirs),
      shipping_fee: toUnits(fact.shippingFee),
      tax: toUnits(fact.tax),
      total_amount: toUnits(fact.totalAmount),
      cancelled_orders_by_sale: whole,
      cancelled_value_by_sale: lost,
    },
  );
  if (fact.cancelDate !== null) {
    addShop(
      rollups,
      { date: fact.cancelDate, hour: fact.cancelHour, currency },
      { cancelled_orders: whole, cancelled_units: BigInt(gone.length), cancelled_value: lost },
    );
  }
  addProducts(rollups, fact, all);
}

function addProducts(rollups: Rollups, fact: OrderFact, all: readonly Unit[]): void {
  const products = new Set<string>();
  const skus = new Set<string>();
  for (const unit of all) {
    const rest = `${unit.product}|${unit.sku}|${fact.currency}`;
    const lost = !unit.gift && unit.gone ? unit.price - unit.own : 0n;
    const isFirst = !unit.gift && !products.has(unit.product);
    const isFirstSku = !unit.gift && !skus.has(rest);
    if (!unit.gift) {
      products.add(unit.product);
      skus.add(rest);
    }
    add(rollups.product, `${String(fact.saleDate)}|${rest}`, {
      orders: isFirst ? 1n : 0n,
      sku_orders: isFirstSku ? 1n : 0n,
      units: unit.gift ? 0n : 1n,
      gift_units: unit.gift ? 1n : 0n,
      gross_sales: unit.gift ? 0n : unit.price,
      seller_discount: unit.gift ? 0n : unit.own,
      platform_discount: unit.gift ? 0n : unit.theirs,
      cancelled_value_by_sale: lost,
    });
    if (fact.cancelDate !== null) {
      add(rollups.product, `${fact.cancelDate}|${rest}`, {
        cancelled_units: !unit.gift && unit.gone ? 1n : 0n,
        cancelled_value: lost,
      });
    }
  }
}

function addRefunds(
  rollups: Rollups,
  byId: ReadonlyMap<string, OrderFact>,
  refunds: readonly TransactionFact[],
): void {
  const perOrder = new Map<string, bigint>();
  for (const fact of refunds) {
    const back = -(toUnits(fact.refundSubtotal) + toUnits(fact.refundSellerDiscount));
    const order = byId.get(fact.orderId);
    if (order !== undefined && !isCountable(order)) {
      continue;
    }
    const gone = order?.isCancelled === 1;
    const { currency } = fact;
    addShop(
      rollups,
      { date: fact.localDate, hour: fact.statementHour, currency },
      gone ? { refunds_of_cancelled: back } : { refunds: back },
    );
    if (order !== undefined) {
      const sale = { date: order.saleDate, hour: order.saleHour, currency };
      addShop(rollups, sale, { refunds_by_sale: gone ? 0n : back });
      // What was given back in another currency than was paid cannot be held against it.
      if (currency === order.currency) {
        perOrder.set(order.orderId, (perOrder.get(order.orderId) ?? 0n) + back);
      }
    }
  }
  for (const [orderId, back] of perOrder) {
    const order = byId.get(orderId);
    const sold = order === undefined ? [] : unitsOf(order).filter((unit) => !unit.gift);
    const paid = total(sold, (unit) => unit.price - unit.own);
    const lost =
      order?.isCancelled === 1
        ? 0n
        : total(
            sold.filter((unit) => unit.gone),
            (unit) => unit.price - unit.own,
          );
    if (order !== undefined && back + lost > paid) {
      const sale = { date: order.saleDate, hour: order.saleHour, currency: order.currency };
      addShop(rollups, sale, { over_refunded_orders: 1n });
    }
  }
}

/** Without zeros: a vanished key stays in the store as a row of zeros, which means the same. */
export function withoutZeros(
  map: ReadonlyMap<string, Row>,
): Record<string, Record<string, string>> {
  const shown: Record<string, Record<string, string>> = {};
  for (const [key, row] of [...map].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const set = Object.entries(row).filter(([, amount]) => amount !== 0n);
    if (set.length > 0) {
      shown[key] = Object.fromEntries(
        set.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, amount]) => [name, String(amount)]),
      );
    }
  }
  return shown;
}
