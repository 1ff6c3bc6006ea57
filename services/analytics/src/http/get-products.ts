import { productsQuery, productsReply } from '@tokometrics/contracts';
import { defineRoute, noAudit } from '@tokometrics/kit';
import type { Route } from '@tokometrics/kit';
import { readProducts } from '../domain/read-products.ts';
import type { ProductsDeps } from '../domain/read-products.ts';

export function getProducts(deps: ProductsDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/metrics/products',
    summary: 'Products ranked by a figure',
    query: productsQuery,
    response: { status: 200, schema: productsReply },
    errors: [
      'request.invalid',
      'resource.not_found',
      'request.unacceptable',
      'upstream.unavailable',
    ],
    auth: { roles: ['owner'] },
    audit: noAudit('read of own data'),
    handle: ({ query, passport }) => readProducts(deps, passport.merchantId, query),
  });
}
