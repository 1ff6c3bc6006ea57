import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { z } from 'zod';
import { usage } from './features/usage/usage.ts';
import { pageOf } from './features/usage/usage-tracker.ts';
import { createAppRouter } from './routes/router.tsx';
import { createQueries } from './routes/queries.ts';
import './ui/theme.css';

// The content policy allows no code made at run time; zod would try it once.
z.config({ jitless: true });

const root = document.querySelector('#root');
if (root !== null) {
  const queries = createQueries(() => {
    const { pathname, search } = location;
    if (pathname !== '/login') {
      void router.navigate({ to: '/login', search: { next: `${pathname}${search}` } });
    }
  });
  const router = createAppRouter(queries);
  router.subscribe('onResolved', () => {
    usage.enter(pageOf(router.state.matches.at(-1)?.fullPath));
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') {
      usage.hide();
    } else {
      usage.show();
    }
  });
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}
