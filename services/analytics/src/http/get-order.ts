import { orderDetail, orderParams, orderQuery } from '@tokometrics/contracts';
import { defineRoute, noAudit } from '@tokometrics/kit';
import type { Route } from '@tokometrics/kit';
import { readOrder } from '../domain/read-orders.ts';
import type { OrdersDeps } from '../domain/read-orders.ts';

export function getOrder(deps: OrdersDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/orders/:orderId',
    summary: 'One order with its lines and what statements say of it',
    params: orderParams,
    query: orderQuery,
    response: { status: 200, schema: orderDetail },
    errors: ['resource.not_found', 'upstream.unavailable'],
    auth: { roles: ['owner'] },
    audit: noAudit('read of own data'),
    handle: ({ params, query, passport }) =>
      readOrder(deps, passport.merchantId, { shop: query.shop, orderId: params.orderId }),
  });
}
