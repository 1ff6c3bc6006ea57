import type { ProductFact, RawProduct } from '@tokometrics/contracts';
import { currencyOf, money } from './normalise-money.ts';
import { dayOf } from './shop-zone.ts';
import type { ShopZone } from './shop-zone.ts';

/** `seenAt` (epoch seconds of the fetch) anchors the two-year limit of a product that never changes. */
export function normaliseProduct(product: RawProduct, zone: ShopZone, seenAt: number): ProductFact {
  const skus = (product.skus ?? []).filter((sku) => sku.price?.currency !== undefined);
  return {
    productId: product.id,
    title: product.title ?? '',
    status: product.status ?? 'UNKNOWN',
    createTime: product.create_time ?? seenAt,
    updateTime: product.update_time ?? seenAt,
    seenDate: dayOf(zone, seenAt),
    skus: {
      skuId: skus.map((sku) => sku.id),
      sellerSku: skus.map((sku) => sku.seller_sku ?? ''),
      status: skus.map((sku) => sku.status_info?.status ?? ''),
      price: skus.map((sku) => money(sku.price?.sale_price)),
      currency: skus.map((sku) => currencyOf(sku.price?.currency)),
    },
  };
}
