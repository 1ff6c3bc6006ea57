import { productUpdateTimeAt, type Product, type Sku } from '../domain/catalogue.ts';
import { fnv1a32 } from '../domain/hash.ts';
import { stockAt } from '../domain/inventory.ts';
import { moneyText } from '../domain/money.ts';
import type { Shop } from '../domain/shop.ts';

const TIERS = ['POOR', 'FAIR', 'GOOD'];

export function productValue(shop: Shop, product: Product, now: number): Record<string, unknown> {
  return {
    id: product.id,
    title: product.title,
    status: 'ACTIVATE',
    create_time: product.createTime,
    update_time: productUpdateTimeAt(product, now),
    is_not_for_sale: false,
    has_draft: false,
    listing_quality_tier: TIERS[fnv1a32(product.id) % 3],
    sales_regions: [shop.facts.region],
    audit: { status: 'APPROVED' },
    skus: product.skus.map((sku) => skuValue(shop, sku, now)),
  };
}

function skuValue(shop: Shop, sku: Sku, now: number): Record<string, unknown> {
  const { money, warehouseId } = shop.facts;
  const price = moneyText(sku.price, money);
  const { available } = stockAt(sku, shop.book(now).sales, now);
  return {
    id: sku.id,
    seller_sku: sku.sellerSku,
    price: { currency: money.currency, sale_price: price, tax_exclusive_price: price },
    list_price: { amount: price, currency: money.currency },
    inventory: [{ quantity: available, warehouse_id: warehouseId }],
    status_info: { status: 'NORMAL' },
  };
}

export function productDetailValue(
  shop: Shop,
  product: Product,
  now: number,
): Record<string, unknown> {
  const image = (kind: string): string =>
    `https://images.tiktok-sandbox.invalid/${product.id}/${kind}.jpeg`;
  const summary = productValue(shop, product, now);
  return {
    ...summary,
    product_status: 'AVAILABLE',
    product_types: [],
    audit_failed_reasons: [],
    ...(product.brand === undefined
      ? {}
      : { brand: { id: `7082427${product.id.slice(-12)}`, name: product.brand } }),
    category_chains: [
      { id: '600001', parent_id: '0', local_name: 'Home', is_leaf: false },
      { id: '600002', parent_id: '600001', local_name: product.category, is_leaf: true },
    ],
    main_images: [
      {
        uri: `sandbox/${product.id}`,
        urls: [image('main')],
        thumb_urls: [image('thumb')],
        width: 800,
        height: 800,
      },
    ],
    skus: product.skus.map((sku) => ({
      ...skuValue(shop, sku, now),
      sales_attributes: [
        {
          id: '100000',
          name: 'Specification',
          value_id: `1${sku.id.slice(-9)}`,
          value_name: sku.name,
        },
      ],
    })),
  };
}

/** Inventory of a product, or of one of its SKUs. */
export function inventoryValue(
  shop: Shop,
  product: Product,
  skus: readonly Sku[],
  now: number,
): Record<string, unknown> {
  const { sales } = shop.book(now);
  return {
    product_id: product.id,
    skus: skus.map((sku) => {
      const { available, committed } = stockAt(sku, sales, now);
      const creators = fnv1a32(sku.id) % 6 === 0 ? Math.min(5, Math.max(0, available)) : 0;
      return {
        id: sku.id,
        seller_sku: sku.sellerSku,
        total_available_quantity: available,
        total_committed_quantity: committed,
        total_available_inventory_distribution: {
          in_shop_inventory: { quantity: available - creators },
          campaign_inventory: [],
          creator_inventory:
            creators === 0 ? [] : [{ creator_name: 'Piicanary Creator', quantity: creators }],
        },
        warehouse_inventory: [
          {
            warehouse_id: shop.facts.warehouseId,
            available_quantity: available,
            committed_quantity: committed,
          },
        ],
      };
    }),
  };
}
