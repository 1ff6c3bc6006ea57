import { disconnectQuery, disconnectReply, shopKey } from '@tokometrics/contracts';
import { defineRoute, reply } from '@tokometrics/kit';
import type { Route } from '@tokometrics/kit';
import { z } from 'zod';
import { disconnectShop } from '../domain/disconnect-shop.ts';
import type { DisconnectDeps } from '../domain/disconnect-shop.ts';

export function deleteShopConnection(deps: DisconnectDeps): Route {
  return defineRoute({
    method: 'delete',
    path: '/v1/shops/:shopKey/connection',
    summary: 'Disconnect a shop; when this answers 202, its tokens are gone and erasure has begun',
    params: z.strictObject({ shopKey }),
    query: disconnectQuery,
    response: { status: 202, schema: disconnectReply },
    errors: ['resource.not_found', 'upstream.unavailable'],
    auth: { roles: ['owner'], fresh: true },
    audit: { action: 'shop.disconnected' },
    handle: async ({ params, query, passport }) => {
      const wish = { shopKey: params.shopKey, endGrant: query.endGrant === 'true' };
      return reply(202, await disconnectShop(deps, passport, wish));
    },
  });
}
