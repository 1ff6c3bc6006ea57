import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { z } from 'zod';
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
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}
