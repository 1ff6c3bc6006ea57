import type { Sku } from './catalogue.ts';
import { lineStatusAt, statusAt, type Order, type OrderLine } from './order.ts';

export interface Stock {
  readonly available: number;
  readonly committed: number;
}

/** Which orders took how many of an article; built once for a book. */
export type SalesIndex = ReadonlyMap<string, readonly Sale[]>;

interface Sale {
  readonly order: Order;
  readonly line: OrderLine;
}

export function indexSales(orders: readonly Order[]): SalesIndex {
  const index = new Map<string, Sale[]>();
  for (const order of orders) {
    for (const line of order.lines) {
      const sales = index.get(line.skuId) ?? [];
      sales.push({ order, line });
      index.set(line.skuId, sales);
    }
  }
  return index;
}

export function stockAt(sku: Sku, sales: SalesIndex, now: number): Stock {
  let sold = 0;
  let committed = 0;
  for (const { order, line } of sales.get(sku.id) ?? []) {
    const status = order.createTime <= now ? lineStatusAt(order, line, now) : 'CANCELLED';
    if (status !== 'CANCELLED') {
      sold += line.quantity;
      // Units of an order that is on hold are sold, but not yet set aside.
      const isSetAside = status === 'AWAITING_SHIPMENT' || status === 'AWAITING_COLLECTION';
      committed += isSetAside && statusAt(order, now) !== 'ON_HOLD' ? line.quantity : 0;
    }
  }
  return { available: sku.opening - sold, committed };
}
