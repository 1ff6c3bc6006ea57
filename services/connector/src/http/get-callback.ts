import { callbackQuery } from '@tokometrics/contracts';
import { defineRoute, redirect } from '@tokometrics/kit';
import type { Route } from '@tokometrics/kit';
import { z } from 'zod';
import { finishConnect } from '../domain/connect-shop.ts';
import type { FinishDeps } from '../domain/connect-shop.ts';

export function getCallback(deps: FinishDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/shops/callback',
    summary: 'Where TikTok Shop sends the browser after approval or denial',
    query: callbackQuery,
    response: { status: 303, schema: z.undefined() },
    errors: ['request.invalid', 'upstream.unavailable'],
    auth: { roles: ['owner'] },
    audit: { action: 'shop.connect_finished' },
    handle: async ({ query, passport }) => {
      const { connectId } = await finishConnect(deps, passport.sessionId, query);
      return redirect(`/settings/connect?connectId=${connectId}`, 303);
    },
  });
}
