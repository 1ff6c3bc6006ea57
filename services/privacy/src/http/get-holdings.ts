import { holdings } from '@tokometrics/contracts';
import type { Holdings } from '@tokometrics/contracts';
import { defineRoute, noAudit } from '@tokometrics/kit';
import type { Route } from '@tokometrics/kit';

export interface HoldingsDeps {
  readonly count: (asker: {
    readonly merchantId: string;
    readonly accountId: string;
  }) => Promise<Holdings>;
}

export function getHoldings(deps: HoldingsDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/privacy/holdings',
    summary: 'What is held about the merchant and the shops, counted now, store by store',
    response: { status: 200, schema: holdings },
    errors: ['upstream.unavailable'],
    auth: { roles: 'any' },
    audit: noAudit('read of own data'),
    handle: ({ passport }) => deps.count(passport),
  });
}
