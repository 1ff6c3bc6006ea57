import type { Route } from '@tokometrics/kit';
import type { OrdersDeps } from '../domain/read-orders.ts';
import type { ProductDeps } from '../domain/read-product.ts';
import type { ProductsDeps } from '../domain/read-products.ts';
import type { ProofDeps } from '../domain/read-proof.ts';
import type { TodayDeps } from '../domain/read-today.ts';
import { getDictionary } from './get-dictionary.ts';
import { getFreshness } from './get-freshness.ts';
import { getOrder } from './get-order.ts';
import { getOrders } from './get-orders.ts';
import { getOverview } from './get-overview.ts';
import { getProduct } from './get-product.ts';
import { getProducts } from './get-products.ts';
import { getProof } from './get-proof.ts';
import { getToday } from './get-today.ts';

export type RouteDeps = ProofDeps & ProductsDeps & ProductDeps & OrdersDeps & TodayDeps;

export function routes(deps: RouteDeps): Route[] {
  return [
    getDictionary(),
    getOverview(deps),
    getToday(deps),
    getProducts(deps),
    getProduct(deps),
    getProof(deps),
    getOrders(deps),
    getOrder(deps),
    getFreshness(deps),
  ];
}
