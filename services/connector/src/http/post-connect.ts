import { connectBody, connectReply, PERMISSION_CATEGORIES } from '@tokometrics/contracts';
import { defineRoute } from '@tokometrics/kit';
import type { Route } from '@tokometrics/kit';
import { beginConnect } from '../domain/connect-shop.ts';
import type { BeginDeps } from '../domain/connect-shop.ts';

export function postConnect(deps: BeginDeps): Route {
  return defineRoute({
    method: 'post',
    path: '/v1/shops/connect',
    summary: 'Begin to connect a shop: where the browser goes to approve',
    body: connectBody,
    response: { status: 201, schema: connectReply },
    errors: ['request.unacceptable', 'upstream.unavailable'],
    auth: { roles: ['owner'], fresh: true },
    audit: { action: 'shop.connect_begun' },
    rateLimit: { max: 20, windowSeconds: 600 },
    handle: async ({ body, passport }) => {
      const { merchantId, accountId, sessionId } = passport;
      const begun = await beginConnect(deps, { merchantId, accountId, sessionId }, body);
      return {
        connectId: begun.connectId,
        authorizeUrl: begun.authorizeUrl,
        expiresAt: begun.expiresAt.toISOString(),
        categories: PERMISSION_CATEGORIES.map(({ policyName, tiktokScopes, purpose }) => ({
          policyName,
          tiktokScopes: [...tiktokScopes],
          purpose,
        })),
      };
    },
  });
}
