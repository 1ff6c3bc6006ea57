import { overviewQuery, overviewReply } from '@tokometrics/contracts';
import { defineRoute, noAudit } from '@tokometrics/kit';
import type { Route } from '@tokometrics/kit';
import { readOverview } from '../domain/read-overview.ts';
import type { OverviewDeps } from '../domain/read-overview.ts';

export function getOverview(deps: OverviewDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/metrics/overview',
    summary: 'All tiles and the chosen series of a range',
    query: overviewQuery,
    response: { status: 200, schema: overviewReply },
    errors: ['resource.not_found', 'request.unacceptable', 'upstream.unavailable'],
    auth: { roles: ['owner'] },
    audit: noAudit('read of own data'),
    handle: ({ query, passport }) => readOverview(deps, passport.merchantId, query),
  });
}
