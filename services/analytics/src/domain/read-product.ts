import type { Amount, ProductMetric, ProductReply } from '@tokometrics/contracts';
import {
  currencyDigits,
  DICTIONARY,
  fromUnits,
  isoInstant,
  productMetric,
  toUnits,
} from '@tokometrics/contracts';
import { AppError } from '@tokometrics/kit/errors';
import type { DayFigure } from './bucket-sums.ts';
import { sumDays, totalOf } from './bucket-sums.ts';
import { metricValueOf, valuedOf } from './metric-value.ts';
import type { ViewContext } from './metric-value.ts';
import { seriesOf } from './overview.ts';
import type { Period } from './overview.ts';
import { priceChanges } from './price-history.ts';
import type { PriceReading } from './price-history.ts';
import type { ProductFigureParams } from './product-figures.ts';
import type { QueryWindow } from './query-window.ts';
import { readFigures } from './read-figures.ts';
import { openFigures } from './read-overview.ts';
import type { FigureRequest, OverviewDeps } from './read-overview.ts';
import { likeTotal } from './read-products.ts';
import { freshnessOf, metaOf } from './reply-meta.ts';
import type { Sums } from './sums.ts';

interface Scoped {
  readonly shopKey: string;
  readonly epoch: number;
  /** First local day that may be shown. */
  readonly cutoff: string;
}
type OfProduct = Scoped & { readonly productId: string };

interface Listing {
  readonly title: string;
  readonly status: string;
  readonly seenDate: string;
  readonly skus: readonly {
    readonly skuId: string;
    readonly sellerSku: string;
    readonly status: string;
    readonly price: string;
    readonly currency: string;
  }[];
}

interface SkuStock {
  readonly skuId: string;
  /** Epoch seconds. */
  readonly at: number;
  readonly warehouses: readonly {
    readonly warehouseId: string;
    readonly available: number;
    readonly committed: number;
  }[];
}

export interface ProductDeps extends OverviewDeps {
  readonly productByDay: (params: ProductFigureParams) => Promise<readonly DayFigure[]>;
  /** undefined: it was not read within retention. */
  readonly productListing: (params: OfProduct) => Promise<Listing | undefined>;
  /** Whether a unit of it was ever sold, or given, within retention. */
  readonly isProductSold: (params: OfProduct) => Promise<boolean>;
  /** Whether any order within retention has it: also a sample, and one that nobody has paid. */
  readonly isProductOrdered: (params: OfProduct) => Promise<boolean>;
  /** By SKU, then by day. */
  readonly skuPrices: (params: OfProduct) => Promise<readonly PriceReading[]>;
  readonly skuStock: (
    params: Scoped & { readonly skuIds: readonly string[] },
  ) => Promise<readonly SkuStock[]>;
}

export interface ProductRequest extends FigureRequest {
  readonly productId: string;
  readonly metric: ProductMetric;
}

/**
 * One product: its figures as the ranking has them, what its SKUs cost and since when, and what is there
 * of those that are listed. `resource.not_found` for a product that was neither read nor in any order within
 * retention.
 */
export async function readProduct(
  deps: ProductDeps,
  merchantId: string,
  request: ProductRequest,
): Promise<Omit<ProductReply, 'meta'> & { meta: ReturnType<typeof metaOf> }> {
  const { shop, window, knowledge } = await openFigures(deps, merchantId, {
    ...{ ...request, compare: 'none', finest: 'day' },
  });
  const { productId, metric, basis } = request;
  const scope = { shopKey: shop.shopKey, epoch: shop.epoch, cutoff: window.cutoff };
  const [ofShop, days, { listing, stock }, prices] = await Promise.all([
    readFigures(deps, shop, window, undefined, basis),
    deps.productByDay({ ...scope, productId, from: window.from, to: window.to }),
    listedOf(deps, scope, productId),
    deps.skuPrices({ ...scope, productId }),
  ]);
  if (listing === undefined && !(await isKnown(deps, { ...scope, productId }))) {
    throw new AppError('resource.not_found', 'there is no such product');
  }
  const context: ViewContext = { window, basis, knowledge, currency: shop.shownCurrency };
  const period = periodOf(window, days, ofShop.current);
  const figureOf = (of: ProductMetric) => {
    const sums = sumsFor(of, context, period.total, days);
    const total = valuedOf(context, of, ofShop.current.total, dated(period));
    return { sums, valued: likeTotal(of, valuedOf(context, of, sums, dated(period)), total) };
  };
  const main = figureOf(metric);
  return {
    meta: metaOf({
      ...{ shopKey: shop.shopKey, window, compare: undefined, basis },
      ...{ currency: shop.currency, knowledge },
    }),
    productId,
    title: listing?.title ?? productId,
    status: listing?.status ?? '',
    seenDate: listing?.seenDate ?? null,
    values: productMetric.options.map((of) => {
      const { sums, valued } = figureOf(of);
      return metricValueOf(context, of, valued, { interval: period.interval, sums });
    }),
    main: seriesOf(context, metric, { ...period, total: main.sums }, main.valued),
    skus: (listing?.skus ?? []).map(({ price, currency, ...sku }) => ({
      ...sku,
      // A zero is what is stored where the source told no price.
      price: toUnits(price) === 0n ? null : amountOf(price, currency),
    })),
    priceHistory: priceChanges(prices).map(({ skuId, day, price, currency }) => ({
      ...{ skuId, from: day, price: amountOf(price, currency) },
    })),
    listing: freshnessOf(knowledge, ['product', 'inventory']),
    stock,
  };
}

const amountOf = (text: string, currency: string): Amount => ({
  amount: fromUnits(toUnits(text), currencyDigits(currency)),
  currency,
});

const dated = ({ date, interval }: Period) => ({ ...interval, date });

/**
 * The product's sums in the buckets of the window. Refunds are not split by product at the source: where
 * those of the shop contradict its sales, nobody knows that this product's do not.
 */
function periodOf(window: QueryWindow, days: readonly DayFigure[], ofShop: Period): Period {
  const doubted = (sums: Sums, shop: Sums | undefined): Sums => ({
    ...sums,
    overRefundedOrders: shop?.overRefundedOrders ?? 0n,
  });
  const perBucket = sumDays(window.buckets, window.to, days);
  return {
    ...ofShop,
    perBucket: perBucket.map((sums, index) => doubted(sums, ofShop.perBucket[index])),
    total: doubted(totalOf(perBucket), ofShop.total),
  };
}

/** Money of two currencies: what was sold in the shop's own, as the ranking has it, where anything was. */
function sumsFor(
  metric: ProductMetric,
  { currency }: ViewContext,
  total: Sums,
  days: readonly DayFigure[],
): Sums {
  if (DICTIONARY[metric].unit === 'count' || total.currency !== 'mixed') {
    return total;
  }
  const shown = totalOf(days.flatMap(({ sums }) => (sums.currency === currency ? [sums] : [])));
  const { overRefundedOrders } = total;
  return shown.currency === 'none' ? total : { ...shown, overRefundedOrders };
}

/** All orders of the shop are looked through, so only for what has left no other trace. */
const isKnown = async (deps: ProductDeps, of: OfProduct): Promise<boolean> =>
  (await deps.isProductSold(of)) || (await deps.isProductOrdered(of));

/** The listing, and of its SKUs what is there. */
async function listedOf(
  deps: Pick<ProductDeps, 'productListing' | 'skuStock'>,
  scope: Scoped,
  productId: string,
) {
  const listing = await deps.productListing({ ...scope, productId });
  const skuIds = [...new Set(listing?.skus.map(({ skuId }) => skuId))];
  const found = skuIds.length === 0 ? [] : await deps.skuStock({ ...scope, skuIds });
  const stock = found.map(({ skuId, at, warehouses }) => ({
    skuId,
    available: warehouses.reduce((sum, { available }) => sum + available, 0),
    committed: warehouses.reduce((sum, { committed }) => sum + committed, 0),
    at: isoInstant(at),
    byWarehouse: [...warehouses],
  }));
  return { listing, stock };
}
