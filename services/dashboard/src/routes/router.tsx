import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { meQuery } from '../api/account.ts';
import { isProblem } from '../api/problem.ts';
import { shopsQuery } from '../api/shops.ts';
import { isOpen } from '../features/shop/use-shop.ts';
import {
  connectSearch,
  loginSearch,
  ordersSearch,
  orderSearch,
  overviewSearch,
  parseSearch,
  privacySearch,
  productSearch,
  stringifySearch,
  todaySearch,
  verifySearch,
} from '../features/filters/search.ts';
import { PageSkeleton } from '../ui/skeleton.tsx';
import { NotFound, RouteError } from './fallbacks.tsx';

interface Context {
  readonly queries: QueryClient;
}

/** Who is signed in; undefined when nobody is. */
async function accountOf({ queries }: Context) {
  try {
    return await queries.query({ ...meQuery, staleTime: 'static' });
  } catch (error) {
    if (isProblem(error, 'auth.required')) {
      return undefined;
    }
    throw error;
  }
}

const root = createRootRouteWithContext<Context>()({
  component: Outlet,
  notFoundComponent: NotFound,
});

const landing = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: async ({ context }) => {
    if ((await accountOf(context)) !== undefined) {
      const shops = await context.queries.query({ ...shopsQuery, staleTime: 'static' });
      redirect({ to: shops.some(isOpen) ? '/overview' : '/settings/connect', throw: true });
    }
  },
  component: lazyRouteComponent(() => import('./landing.tsx'), 'LandingPage'),
});
const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: loginSearch,
  component: lazyRouteComponent(() => import('./login.tsx'), 'LoginPage'),
});
const signup = createRoute({
  getParentRoute: () => root,
  path: '/signup',
  component: lazyRouteComponent(() => import('./signup.tsx'), 'SignupPage'),
});
const verify = createRoute({
  getParentRoute: () => root,
  path: '/verify',
  validateSearch: verifySearch,
  component: lazyRouteComponent(() => import('./verify.tsx'), 'VerifyPage'),
});
const policy = createRoute({
  getParentRoute: () => root,
  path: '/privacy',
  component: lazyRouteComponent(() => import('./policy.tsx'), 'PolicyPage'),
});

const app = createRoute({
  getParentRoute: () => root,
  id: 'app',
  beforeLoad: async ({ context, location }) => {
    if ((await accountOf(context)) === undefined) {
      redirect({ to: '/login', search: { next: location.href }, throw: true });
    }
  },
  component: lazyRouteComponent(() => import('./app.tsx'), 'AppLayout'),
});
const overview = createRoute({
  getParentRoute: () => app,
  path: '/overview',
  validateSearch: overviewSearch,
  component: lazyRouteComponent(() => import('./overview.tsx'), 'OverviewPage'),
});
const today = createRoute({
  getParentRoute: () => app,
  path: '/today',
  validateSearch: todaySearch,
  component: lazyRouteComponent(() => import('./today.tsx'), 'TodayPage'),
});
const orders = createRoute({
  getParentRoute: () => app,
  path: '/orders',
  validateSearch: ordersSearch,
  component: lazyRouteComponent(() => import('./orders.tsx'), 'OrdersPage'),
});
const order = createRoute({
  getParentRoute: () => app,
  path: '/orders/$orderId',
  validateSearch: orderSearch,
  component: lazyRouteComponent(() => import('./order.tsx'), 'OrderPage'),
});
const product = createRoute({
  getParentRoute: () => app,
  path: '/products/$productId',
  validateSearch: productSearch,
  component: lazyRouteComponent(() => import('./product.tsx'), 'ProductPage'),
});
const connect = createRoute({
  getParentRoute: () => app,
  path: '/settings/connect',
  validateSearch: connectSearch,
  component: lazyRouteComponent(() => import('./connect.tsx'), 'ConnectPage'),
});
const held = createRoute({
  getParentRoute: () => app,
  path: '/settings/privacy',
  validateSearch: privacySearch,
  component: lazyRouteComponent(() => import('./held.tsx'), 'HeldPage'),
});
const profile = createRoute({
  getParentRoute: () => app,
  path: '/settings/profile',
  component: lazyRouteComponent(() => import('./profile.tsx'), 'ProfilePage'),
});

const tree = root.addChildren([
  landing,
  login,
  signup,
  verify,
  policy,
  app.addChildren([overview, today, orders, order, product, connect, held, profile]),
]);

export function createAppRouter(queries: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { queries },
    parseSearch,
    stringifySearch,
    // Query keeps the answers; the router only fetches the code of a page that is about to open.
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    defaultPendingComponent: PageSkeleton,
    defaultPendingMs: 300,
    defaultErrorComponent: RouteError,
    defaultNotFoundComponent: NotFound,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
