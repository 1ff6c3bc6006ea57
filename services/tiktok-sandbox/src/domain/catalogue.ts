export interface Product {
  readonly id: string;
  readonly title: string;
  readonly createTime: number;
  /** Times at which update_time moves, ascending; the first is not before createTime. */
  readonly updates: readonly ProductUpdate[];
  readonly brand: string | undefined;
  readonly category: string;
  readonly skus: readonly Sku[];
}

interface ProductUpdate {
  readonly at: number;
  readonly changedFields: readonly string[];
}

export interface Sku {
  readonly id: string;
  readonly sellerSku: string;
  readonly name: string;
  readonly price: number;
  readonly opening: number;
}

export function productUpdateTimeAt(product: Product, now: number): number {
  let at = product.createTime;
  for (const update of product.updates) {
    if (update.at > now) {
      break;
    }
    at = update.at;
  }
  return at;
}
