import type { Clickhouse } from '@tokometrics/kit';
import { runQuery } from '@tokometrics/kit';
import type { FigureReads } from '../domain/figure-memo.ts';
import type { OrdersDeps } from '../domain/read-orders.ts';
import type { ProductDeps } from '../domain/read-product.ts';
import type { ProductsDeps } from '../domain/read-products.ts';
import type { ProofDeps } from '../domain/read-proof.ts';
import { storedOf } from '../domain/bucket-sums.ts';
import { addSums, NO_SUMS } from '../domain/sums.ts';
import { figuresByDay } from './queries/figures-by-day.query.ts';
import { figuresByHour } from './queries/figures-by-hour.query.ts';
import { figuresOfPartHour } from './queries/figures-of-part-hour.query.ts';
import { openGaps } from './queries/open-gaps.query.ts';
import { orderDetailRow, orderTransactions } from './queries/order-detail.query.ts';
import { orderRefunds } from './queries/order-refunds.query.ts';
import { orderStatuses } from './queries/order-statuses.query.ts';
import { ordersPage } from './queries/orders-page.query.ts';
import { productByDay } from './queries/product-by-day.query.ts';
import { productFigure } from './queries/product-figure.query.ts';
import { productListing } from './queries/product-listing.query.ts';
import { productOrdered } from './queries/product-ordered.query.ts';
import { productRanking } from './queries/product-ranking.query.ts';
import { productSold } from './queries/product-sold.query.ts';
import { productTitles } from './queries/product-titles.query.ts';
import { productProofPageOf, proofPageOf } from './queries/proof-page.query.ts';
import { skuPrices } from './queries/sku-prices.query.ts';
import { skuStock } from './queries/sku-stock.query.ts';

export type Reads = FigureReads &
  Pick<
    ProofDeps & ProductsDeps & ProductDeps & OrdersDeps,
    | 'proofPage'
    | 'productFigure'
    | 'productRanking'
    | 'productTitles'
    | 'productByDay'
    | 'productListing'
    | 'isProductSold'
    | 'isProductOrdered'
    | 'skuPrices'
    | 'skuStock'
    | 'ordersPage'
    | 'orderStatuses'
    | 'orderDetail'
    | 'orderTransactions'
    | 'orderRefunds'
  >;

/** Every question that the routes ask, one query file each. */
export function createClickhouseReads(clickhouse: Clickhouse): Reads {
  return {
    figuresByDay: async (params) => (await runQuery(clickhouse, figuresByDay, params)).flat(),
    figuresByHour: async (params) => (await runQuery(clickhouse, figuresByHour, params)).flat(),
    figuresOfPartHour: async (params) =>
      (await runQuery(clickhouse, figuresOfPartHour, params)).flat(),
    openGaps: (params) => runQuery(clickhouse, openGaps, params),
    proofPage: async (params, { taken, productId }) => {
      const [found] =
        productId === undefined
          ? await runQuery(clickhouse, proofPageOf(taken), params)
          : await runQuery(clickhouse, productProofPageOf(taken), { ...params, productId });
      return found ?? { sum: '0', rows: 0, page: [] };
    },
    productFigure: async (params) => {
      const rows = await runQuery(clickhouse, productFigure, params);
      return {
        sums: rows.map(({ sums }) => sums).reduce(addSums, NO_SUMS),
        stored: storedOf(rows.flatMap(({ stored }) => stored)),
      };
    },
    productRanking: (params) => runQuery(clickhouse, productRanking, params),
    productTitles: ({ productIds, ...params }) =>
      runQuery(clickhouse, productTitles, { ...params, productIds: [...productIds] }),
    productByDay: (params) => runQuery(clickhouse, productByDay, params),
    productListing: async (params) => (await runQuery(clickhouse, productListing, params))[0],
    isProductSold: async (params) => (await runQuery(clickhouse, productSold, params)).length > 0,
    isProductOrdered: async (params) =>
      (await runQuery(clickhouse, productOrdered, params)).length > 0,
    skuPrices: (params) => runQuery(clickhouse, skuPrices, params),
    skuStock: ({ skuIds, ...params }) =>
      runQuery(clickhouse, skuStock, { ...params, skuIds: [...skuIds] }),
    ordersPage: (params) => runQuery(clickhouse, ordersPage, params),
    orderStatuses: (params) => runQuery(clickhouse, orderStatuses, params),
    orderDetail: async (params) => (await runQuery(clickhouse, orderDetailRow, params))[0],
    orderTransactions: (params) => runQuery(clickhouse, orderTransactions, params),
    orderRefunds: ({ orderIds, ...params }) =>
      runQuery(clickhouse, orderRefunds, { ...params, orderIds: [...orderIds] }),
  };
}
