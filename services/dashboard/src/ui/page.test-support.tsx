import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from '@tanstack/react-router';
import { render } from '@testing-library/react';
import type { ReactElement } from 'react';

// jsdom knows the element but not how it opens.
HTMLDialogElement.prototype.showModal = function showModal(this: HTMLDialogElement) {
  this.setAttribute('open', '');
};
HTMLDialogElement.prototype.close = function close(this: HTMLDialogElement) {
  this.removeAttribute('open');
};
globalThis.scrollTo = () => undefined;

/** Shows a part of a page inside a router and a cache of its own. */
export async function show(element: ReactElement) {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const root = createRootRoute();
  const page = createRoute({ getParentRoute: () => root, path: '/', component: () => element });
  const router = createRouter({
    routeTree: root.addChildren([page]),
    history: createMemoryHistory(),
  });
  await router.load();
  return render(
    <QueryClientProvider client={queries}>
      {/* The app's own route tree is registered; this one has a single page. */}
      <RouterProvider router={router as never} />
    </QueryClientProvider>,
  );
}
