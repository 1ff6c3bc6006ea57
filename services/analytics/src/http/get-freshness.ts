import { freshnessQuery, freshnessReply } from '@tokometrics/contracts';
import { defineRoute, noAudit } from '@tokometrics/kit';
import type { Route } from '@tokometrics/kit';
import { readFreshness } from '../domain/read-freshness.ts';
import type { ShopAccessDeps } from '../domain/shop-access.ts';

export function getFreshness(deps: ShopAccessDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/freshness',
    summary: 'How far each resource has been read',
    query: freshnessQuery,
    response: { status: 200, schema: freshnessReply },
    errors: ['resource.not_found', 'upstream.unavailable'],
    auth: { roles: ['owner'] },
    audit: noAudit('read of own data'),
    handle: ({ query, passport }) => readFreshness(deps, passport.merchantId, query),
  });
}
