import { productUpdateTimeAt, type Product } from '../../domain/catalogue.ts';
import { badParameter, TiktokFault } from '../../domain/fault-table.ts';
import { shopOf, type ApiCall, type Endpoint } from '../api-call.ts';
import { takePage } from '../paging.ts';
import { bodyText, bodyTexts, bodyTime, pageSizeOf } from '../parameters.ts';
import { productValue } from '../product-value.ts';

const MAX_RESULTS = 10_000;
const STATUSES = [
  ...['ALL', 'DRAFT', 'PENDING', 'FAILED', 'ACTIVATE', 'SELLER_DEACTIVATED'],
  ...['PLATFORM_DEACTIVATED', 'FREEZE', 'DELETED'],
];

export const searchProducts: Endpoint = {
  method: 'POST',
  path: '/product/{version}/products/search',
  versions: ['202502', '202312', '202309'],
  scope: 'seller.product.basic',
  isShopScoped: true,
  isListed: true,
  parameters: [
    ...['page_size', 'page_token', 'status', 'seller_skus', 'sku_ids', 'create_time_ge'],
    ...['create_time_le', 'update_time_ge', 'update_time_le', 'audit_status', 'category_version'],
    ...['listing_platforms', 'listing_quality_tiers', 'return_draft_version', 'sns_filter'],
  ],
  handle: (call) => {
    const shop = shopOf(call);
    const pageSize = pageSizeOf(call, { max: 100 });
    const rows = shop.book(call.now).products.filter(filterOf(call));
    if (rows.length > MAX_RESULTS) {
      throw new TiktokFault('tooManyResults');
    }
    const page = takePage(call, {
      rows,
      valueOf: () => 0,
      idOf: ({ id }) => id,
      sort: 'ASC',
      pageSize,
    });
    return {
      value: {
        products: page.rows.map((product) => productValue(shop, product, call.now)),
        ...page.next,
        total_count: page.total,
      },
    };
  },
};

function filterOf(call: ApiCall): (product: Product) => boolean {
  const status = bodyText(call, 'status') ?? 'ALL';
  if (!STATUSES.includes(status)) {
    throw badParameter('status', 'unknown value', STATUSES.join('|'));
  }
  const isServed = status === 'ALL' || status === 'ACTIVATE';
  const sellerSkus = bodyTexts(call, 'seller_skus', 100);
  const skuIds = bodyTexts(call, 'sku_ids', 10);
  const within = (value: number, ge: number | undefined, le: number | undefined): boolean =>
    (ge === undefined || value >= ge) && (le === undefined || value <= le);
  const createGe = bodyTime(call, 'create_time_ge');
  const createLe = bodyTime(call, 'create_time_le');
  const updateGe = bodyTime(call, 'update_time_ge');
  const updateLe = bodyTime(call, 'update_time_le');
  return (product) =>
    isServed &&
    product.createTime <= call.now &&
    within(product.createTime, createGe, createLe) &&
    within(productUpdateTimeAt(product, call.now), updateGe, updateLe) &&
    (sellerSkus === undefined || product.skus.some((sku) => sellerSkus.includes(sku.sellerSku))) &&
    (skuIds === undefined || product.skus.some(({ id }) => skuIds.includes(id)));
}
