import { ordersQuery, ordersReply } from '@tokometrics/contracts';
import { defineRoute, noAudit } from '@tokometrics/kit';
import type { Route } from '@tokometrics/kit';
import { readOrders } from '../domain/read-orders.ts';
import type { OrdersDeps } from '../domain/read-orders.ts';

export function getOrders(deps: OrdersDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/orders',
    summary: 'Orders by the day they were placed',
    query: ordersQuery,
    response: { status: 200, schema: ordersReply },
    errors: [
      'request.invalid',
      'resource.not_found',
      'request.unacceptable',
      'upstream.unavailable',
    ],
    auth: { roles: ['owner'] },
    audit: noAudit('read of own data'),
    handle: ({ query, passport }) => readOrders(deps, passport.merchantId, query),
  });
}
