import type { ProductMetric, ProductsReply } from '@tokometrics/contracts';
import { DICTIONARY, divideHalfEven, fromUnits, toUnits } from '@tokometrics/contracts';
import type { Cursors } from './cursor.ts';
import { metricValueOf, valuedOf } from './metric-value.ts';
import type { Valued, ViewContext } from './metric-value.ts';
import type { RankedProduct, RankingParams } from './product-figures.ts';
import { bySaleOf, weightsOf } from './proof.ts';
import { readFigures } from './read-figures.ts';
import { openFigures } from './read-overview.ts';
import type { FigureRequest, Opened, OverviewDeps } from './read-overview.ts';
import { metaOf } from './reply-meta.ts';
import type { Sums } from './sums.ts';

export interface ProductsDeps extends OverviewDeps {
  readonly productRanking: (params: RankingParams) => Promise<readonly RankedProduct[]>;
  readonly productTitles: (params: {
    readonly shopKey: string;
    readonly epoch: number;
    readonly cutoff: string;
    readonly productIds: readonly string[];
  }) => Promise<readonly { productId: string; title: string }[]>;
  readonly cursors: Cursors;
}

export interface ProductsRequest extends FigureRequest {
  readonly metric: ProductMetric;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

interface Place {
  readonly rank: number;
  readonly afterValue: string;
  readonly afterUnits: string;
  readonly afterProduct: string;
}
const START: Place = { rank: 0, afterValue: '0', afterUnits: '0', afterProduct: '' };

/** Products by a figure. What the source does not split stays visible beside them, so sums tie. */
export async function readProducts(
  deps: ProductsDeps,
  merchantId: string,
  request: ProductsRequest,
): Promise<Omit<ProductsReply, 'meta'> & { meta: ReturnType<typeof metaOf> }> {
  const opened = await openFigures(deps, merchantId, { ...request, compare: 'none' });
  const { shop, window, knowledge } = opened;
  const { metric, basis } = request;
  const context: ViewContext = { window, basis, knowledge, currency: shop.shownCurrency };
  const interval = { fromS: window.fromS, toS: window.toS, date: window.from };
  const figures = await readFigures(deps, shop, window, undefined, basis);
  const sums = figures.current.total;
  const total = valuedOf(context, metric, sums, interval);
  const bound = boundTo(merchantId, request);
  const place = request.cursor === undefined ? START : placeOf(deps.cursors, bound, request.cursor);
  // Only amounts of two currencies have parts without a sum: what is known of other days is no figure.
  const isHidden = total.value === null && total.reason !== 'mixed_currency';
  const ranked = isHidden ? [] : await deps.productRanking(rankingOf(opened, request, sums, place));
  const page = ranked.slice(0, request.limit);
  const titles = await titlesOf(deps, opened, page);
  const last = ranked.length > request.limit ? page.at(-1) : undefined;
  const wrap = (valued: Valued) => metricValueOf(context, metric, valued, { interval, sums });
  return {
    meta: metaOf({
      shopKey: shop.shopKey,
      window,
      compare: undefined,
      basis,
      currency: shop.currency,
      knowledge,
    }),
    items: page.map((product, index) => ({
      rank: place.rank + index + 1,
      productId: product.productId,
      title: titles.get(product.productId) ?? product.productId,
      value: wrap(likeTotal(metric, { value: product.value }, total)),
      units: product.units,
      share: shareOf(product.value, total.value),
    })),
    totals: wrap(total),
    notAllocated: wrap(notAllocated(metric, total, ranked[0]?.all)),
    nextCursor:
      last === undefined
        ? null
        : deps.cursors.encode(bound, [
            String(place.rank + page.length),
            last.value,
            last.units,
            last.productId,
          ]),
  };
}

function rankingOf(
  { shop, window }: Opened,
  { metric, basis, limit }: ProductsRequest,
  { currency }: Sums,
  { afterValue, afterUnits, afterProduct, rank }: Place,
): RankingParams {
  const isMoney = DICTIONARY[metric].unit === 'money';
  const shown = currency === 'mixed' || currency === 'none' ? shop.shownCurrency : currency;
  // Refunds are not split by product at the source: their weight has no product row to meet.
  return {
    shopKey: shop.shopKey,
    epoch: shop.epoch,
    cutoff: window.cutoff,
    from: window.from,
    to: window.to,
    bySale: bySaleOf(basis),
    currency: isMoney ? shown : '',
    isFirst: rank === 0 ? 1 : 0,
    afterValue,
    afterUnits,
    afterProduct,
    limit: limit + 1,
    ...weightsOf(metric, 'value'),
  };
}

async function titlesOf(
  deps: ProductsDeps,
  { shop, window }: Opened,
  products: readonly RankedProduct[],
): Promise<Map<string, string>> {
  if (products.length === 0) {
    return new Map();
  }
  const found = await deps.productTitles({
    shopKey: shop.shopKey,
    epoch: shop.epoch,
    cutoff: window.cutoff,
    productIds: products.map(({ productId }) => productId),
  });
  return new Map(found.map(({ productId, title }) => [productId, title]));
}

/** A product's value, written like the total over all products of the range. */
export function likeTotal(metric: ProductMetric, valued: Valued, total: Valued): Valued {
  const { value } = valued;
  return value === null ? valued : { value: textOf(metric, value, total.value) };
}

/** With as many digits as the total beside it. */
function textOf(metric: ProductMetric, value: string, total: string | null): string {
  const digits = DICTIONARY[metric].unit === 'count' ? 0 : (total?.split('.')[1]?.length ?? 0);
  return fromUnits(toUnits(value), digits);
}

function shareOf(value: string, total: string | null): string | null {
  const whole = total === null ? 0n : toUnits(total);
  return whole > 0n ? (divideHalfEven(toUnits(value), whole, 6) ?? null) : null;
}

/** Orders of several products stand in each of them: they have no rest, and none is made up. */
function notAllocated(metric: ProductMetric, total: Valued, all: string | undefined): Valued {
  if (metric === 'orders' || total.value === null) {
    return { value: null, reason: total.reason ?? 'no_data' };
  }
  const rest = toUnits(total.value) - toUnits(all ?? '0');
  return { value: textOf(metric, fromUnits(rest), total.value) };
}

function boundTo(merchantId: string, request: ProductsRequest): string {
  const { cursor: _cursor, limit: _limit, ...rest } = request;
  return JSON.stringify(['products', merchantId, Object.entries(rest).sort()]);
}

function placeOf(cursors: Cursors, bound: string, cursor: string): Place {
  const [rank = '0', afterValue = '0', afterUnits = '0', afterProduct = ''] = cursors.decode(
    bound,
    cursor,
    4,
  );
  return { rank: Number(rank), afterValue, afterUnits, afterProduct };
}
