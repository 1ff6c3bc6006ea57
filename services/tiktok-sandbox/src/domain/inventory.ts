import type { Sku } from './catalogue.ts';
import { isCancelledAt, statusAt, type Order } from './order.ts';

export interface Stock {
  readonly available: number;
  readonly committed: number;
}

/** Which orders took how many of an article; built once for a book. */
export type SalesIndex = ReadonlyMap<string, readonly { order: Order; quantity: number }[]>;

export function indexSales(orders: readonly Order[]): SalesIndex {
  const index = new Map<string, { order: Order; quantity: number }[]>();
  for (const order of orders) {
    for (const { skuId, quantity } of order.lines) {
      const sales = index.get(skuId) ?? [];
      sales.push({ order, quantity });
      index.set(skuId, sales);
    }
  }
  return index;
}

export function stockAt(sku: Sku, sales: SalesIndex, now: number): Stock {
  let sold = 0;
  let committed = 0;
  for (const { order, quantity } of sales.get(sku.id) ?? []) {
    if (order.createTime <= now && !isCancelledAt(order, now)) {
      sold += quantity;
      const status = statusAt(order, now);
      if (status === 'AWAITING_SHIPMENT' || status === 'AWAITING_COLLECTION') {
        committed += quantity;
      }
    }
  }
  return { available: sku.opening - sold, committed };
}
