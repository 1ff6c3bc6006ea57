import type { Product, Sku } from '../catalogue.ts';
import { fnv1a32 } from '../hash.ts';
import type { Order, OrderLine } from '../order.ts';
import { DAY_S } from '../zone-time.ts';

interface Draft {
  readonly productId: string;
  readonly skuId: string;
  readonly code: string;
  readonly first: number;
  last: number;
  price: number;
  units: number;
}

/** One product with one SKU per code; `orders` ascend by time, so the latest line sets the price. */
export function buildRetailProducts(
  orders: readonly Order[],
  titles: ReadonlyMap<string, string>,
): Product[] {
  const drafts = new Map<string, Draft>();
  for (const order of orders) {
    for (const line of order.lines) {
      addLine(drafts, order, line);
    }
  }
  return [...drafts.values()].map((draft) => ({
    id: draft.productId,
    title: titles.get(draft.code) ?? draft.code,
    createTime: draft.first - DAY_S,
    updates: [{ at: draft.last, changedFields: [] }],
    brand: undefined,
    category: 'Gifts',
    skus: [skuOf(draft)],
  }));
}

function addLine(drafts: Map<string, Draft>, order: Order, line: OrderLine): void {
  const known = drafts.get(line.productId);
  const draft = known ?? {
    productId: line.productId,
    skuId: line.skuId,
    code: line.sellerSku.toUpperCase(),
    first: order.createTime,
    last: order.createTime,
    price: line.originalPrice,
    units: 0,
  };
  draft.last = order.createTime;
  draft.price = line.originalPrice;
  draft.units += line.quantity;
  drafts.set(line.productId, draft);
}

function skuOf(draft: Draft): Sku {
  return {
    id: draft.skuId,
    sellerSku: draft.code,
    name: 'Default',
    price: draft.price,
    opening: draft.units + 20 + (fnv1a32(draft.skuId) % 200),
  };
}
