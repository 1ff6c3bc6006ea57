import { PERMISSION_CATEGORIES } from '@tokometrics/contracts';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { act, render } from '@testing-library/react';
import { serve } from '../api/server.test-support.ts';
// For dialogs and scrolling, which jsdom has not.
import '../ui/page.test-support.tsx';
import { createQueries } from './queries.ts';
import { createAppRouter } from './router.tsx';

// The router asks of what a page throws whether it is one; jsdom has none.
Object.assign(globalThis, {
  Response: function Response() {
    return undefined;
  },
});

export const SHOP = '01KAV5Z0000000000000000001';
export const OTHER_SHOP = '01KAV5Z0000000000000000002';

const shop = (shopKey: string, name: string) => ({
  ...{ shopKey, epoch: 1, label: '', name, region: 'GB', status: 'active' },
  ...{ sellerType: 'LOCAL', currency: 'GBP', timezone: 'Europe/London' },
  categories: PERMISSION_CATEGORIES.map(({ policyName, tiktokScopes, purpose }) => ({
    ...{ policyName, tiktokScopes, purpose, granted: true },
  })),
  connectedAt: '2026-03-01T09:00:00Z',
  authorizationExpiresAt: null,
  sync: { shopKey, stages: [] },
});
const ACCOUNT = {
  ...{ accountId: '01KAV5Z0000000000000000003', merchantId: '01KAV5Z0000000000000000004' },
  ...{ name: 'A', email: 'a@example.com', emailVerified: true, roles: ['owner'], demo: false },
  ...{ freshUntil: null, preferences: { locale: 'en', theme: 'system' } },
  policy: { accepted: '1', current: '1' },
};

/** Opens a page of the app by its address, as somebody who is signed in and has two shops. */
export async function openPage(address: string, routes: Parameters<typeof serve>[0]) {
  const seen = serve({
    'GET /me': () => ({ body: ACCOUNT }),
    'GET /shops': () => ({
      body: { items: [shop(SHOP, 'First'), shop(OTHER_SHOP, 'Second')], nextCursor: null },
    }),
    ...routes,
  });
  history.replaceState(null, '', address);
  const queries = createQueries(() => undefined);
  const router = createAppRouter(queries);
  await router.load();
  const { container } = await act(() =>
    Promise.resolve(
      render(
        <QueryClientProvider client={queries}>
          <RouterProvider router={router} />
        </QueryClientProvider>,
      ),
    ),
  );
  const goTo = (next: string) =>
    act(() => {
      router.history.push(next);
      return Promise.resolve();
    });
  return { container, seen, goTo };
}
