import { todayQuery, todayReply } from '@tokometrics/contracts';
import { defineRoute, noAudit } from '@tokometrics/kit';
import type { Route } from '@tokometrics/kit';
import { readToday } from '../domain/read-today.ts';
import type { TodayDeps } from '../domain/read-today.ts';

export function getToday(deps: TodayDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/metrics/today',
    summary: 'Today by the hour beside yesterday and last week',
    query: todayQuery,
    response: { status: 200, schema: todayReply },
    errors: ['resource.not_found', 'request.unacceptable', 'upstream.unavailable'],
    auth: { roles: ['owner'] },
    audit: noAudit('read of own data'),
    handle: ({ query, passport }) => readToday(deps, passport.merchantId, query),
  });
}
