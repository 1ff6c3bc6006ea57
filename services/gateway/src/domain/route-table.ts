export type ServiceName = 'identity' | 'connector' | 'analytics' | 'privacy';

export interface ProxyRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Public path below /api/v1; `:name` stands for one segment. */
  readonly path: string;
  readonly service: ServiceName;
  /** Path at the service; the public path under /v1 where it is left out. */
  readonly target?: string;
  /** Whether a signed-in person is needed. The service decides what she may do. */
  readonly session: 'required' | 'none';
}

const signedIn = (
  method: ProxyRoute['method'],
  path: string,
  service: ServiceName,
  target?: string,
): ProxyRoute => ({
  method,
  path,
  service,
  session: 'required',
  ...(target === undefined ? {} : { target }),
});

const open = (
  method: ProxyRoute['method'],
  path: string,
  service: ServiceName,
  target?: string,
): ProxyRoute => ({ ...signedIn(method, path, service, target), session: 'none' });

/** What the public API is made of. A path that is not here does not exist. */
export const PROXY_ROUTES: readonly ProxyRoute[] = [
  open('POST', '/auth/register', 'identity'),
  open('POST', '/auth/verify-email', 'identity'),
  open('POST', '/auth/verify-email/resend', 'identity'),
  signedIn('GET', '/me', 'identity'),
  signedIn('PATCH', '/me', 'identity'),
  signedIn('POST', '/shops/connect', 'connector'),
  signedIn('GET', '/shops/connect/:connectId', 'connector'),
  signedIn('GET', '/shops/callback', 'connector'),
  signedIn('GET', '/shops', 'connector'),
  signedIn('DELETE', '/shops/:shopKey/connection', 'privacy'),
  signedIn('GET', '/shops/:shopKey/sync', 'connector'),
  signedIn('GET', '/shops/:shopKey', 'connector'),
  open('GET', '/metrics/dictionary', 'analytics'),
  signedIn('GET', '/metrics/overview', 'analytics'),
  signedIn('GET', '/metrics/today', 'analytics'),
  signedIn('GET', '/metrics/products', 'analytics'),
  signedIn('GET', '/metrics/products/:productId', 'analytics'),
  signedIn('GET', '/metrics/proof', 'analytics'),
  signedIn('GET', '/orders', 'analytics'),
  signedIn('GET', '/orders/:orderId', 'analytics'),
  signedIn('GET', '/freshness', 'analytics'),
  signedIn('GET', '/privacy/holdings', 'privacy'),
  signedIn('GET', '/privacy/requests', 'privacy'),
  signedIn('GET', '/privacy/requests/:requestId', 'privacy'),
  signedIn('GET', '/privacy/requests/:requestId/receipt', 'privacy'),
  signedIn('GET', '/privacy/receipts', 'privacy'),
  open('GET', '/privacy/keys', 'privacy'),
  open('GET', '/privacy/policy', 'privacy', '/policies'),
];

export interface RouteMatch {
  readonly route: ProxyRoute;
  /** Path at the service, with the parameters of the request filled in. */
  readonly target: string;
}

const SAFE_SEGMENT = /^[A-Za-z0-9._-]{1,128}$/;

function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) {
    return undefined;
  }
  const parameters: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? '';
    if (part.startsWith(':')) {
      if (!SAFE_SEGMENT.test(value)) {
        return undefined;
      }
      parameters[part] = value;
    } else if (part !== value) {
      return undefined;
    }
  }
  return parameters;
}

/** Finds the service of a public path, and which methods the path has when the method is another. */
export function matchRoute(
  method: string,
  path: string,
): RouteMatch | { readonly allowed: readonly string[] } {
  const allowed: string[] = [];
  for (const route of PROXY_ROUTES) {
    const parameters = matchPath(route.path, path);
    if (parameters === undefined) {
      continue;
    }
    if (route.method === method) {
      const target = Object.entries(parameters).reduce(
        (text, [name, value]) => text.replace(name, value),
        route.target ?? route.path,
      );
      return { route, target: `/v1${target}` };
    }
    allowed.push(route.method);
  }
  return { allowed };
}

/** The gateway's own routes that nobody needs to be signed in for. */
const OWN_ANONYMOUS = new Set(['POST /auth/login']);

/** Whether an unsafe public call may come without a session, hence without a token of one. */
export function isAnonymous(method: string, fullPath: string): boolean {
  const path = fullPath.replace(/^\/api\/v1/, '');
  const match = matchRoute(method, path);
  return (
    OWN_ANONYMOUS.has(`${method} ${path}`) || ('route' in match && match.route.session === 'none')
  );
}
