import { connectResult, shopKey } from '@tokometrics/contracts';
import { AppError, defineRoute, noAudit } from '@tokometrics/kit';
import type { Route } from '@tokometrics/kit';
import { z } from 'zod';
import type { ConnectAttempt, ConnectOutcome } from '../domain/connect-shop.ts';

export interface GetConnectDeps {
  readonly find: (
    connectId: string,
    merchantId: string,
  ) => Promise<(ConnectAttempt & ConnectOutcome) | undefined>;
  readonly now: () => Date;
}

export function getConnect(deps: GetConnectDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/shops/connect/:connectId',
    summary: 'What came of a connection that was begun',
    params: z.strictObject({ connectId: z.string().max(40) }),
    response: { status: 200, schema: connectResult },
    errors: ['resource.not_found', 'upstream.unavailable'],
    auth: { roles: ['owner'] },
    audit: noAudit('read of own data'),
    handle: async ({ params, passport }) => {
      const found = await deps.find(params.connectId, passport.merchantId);
      if (found === undefined) {
        throw new AppError('resource.not_found', 'no such connection');
      }
      return {
        state: shownState(found, deps.now()),
        shops: found.shops.map((shop) => ({ ...shop, shopKey: shopKey.parse(shop.shopKey) })),
        missing: [...found.missing],
        reason: found.reason,
      };
    },
  });
}

function shownState(
  { state, expiresAt }: ConnectAttempt & ConnectOutcome,
  now: Date,
): 'pending' | 'expired' | 'granted' | 'denied' | 'failed' {
  if (state === 'pending' || state === 'exchanging') {
    return expiresAt <= now ? 'expired' : 'pending';
  }
  return state;
}
