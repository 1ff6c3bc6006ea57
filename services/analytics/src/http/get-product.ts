import { productParams, productQuery, productReply } from '@tokometrics/contracts';
import { defineRoute, noAudit } from '@tokometrics/kit';
import type { Route } from '@tokometrics/kit';
import { readProduct } from '../domain/read-product.ts';
import type { ProductDeps } from '../domain/read-product.ts';

export function getProduct(deps: ProductDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/metrics/products/:productId',
    summary: 'One product: figures, prices since when, and stock',
    params: productParams,
    query: productQuery,
    response: { status: 200, schema: productReply },
    errors: [
      'request.invalid',
      'resource.not_found',
      'request.unacceptable',
      'upstream.unavailable',
    ],
    auth: { roles: ['owner'] },
    audit: noAudit('read of own data'),
    handle: ({ params, query, passport }) =>
      readProduct(deps, passport.merchantId, { ...query, productId: params.productId }),
  });
}
