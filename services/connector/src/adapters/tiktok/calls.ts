export type HttpMethod = 'GET' | 'POST' | 'DELETE';

export interface CallSpec {
  readonly method: HttpMethod;
  /** `{version}` is a setting per call; other braces are ids of 15 to 20 digits. */
  readonly path: string;
  readonly version: string;
  /** Whether the call names a shop by its cipher; on the others a cipher is refused by TikTok. */
  readonly isShopScoped: boolean;
}

/**
 * Everything that this product may ever ask TikTok Shop's API. TikTok's scopes are not read-only
 * and several reads are POST, so this list, and no rule about methods, keeps the promise to read only.
 * `grant.end` alone is no read: it ends our own access, when a merchant who disconnects wishes it.
 */
const CALLS = {
  'shops.authorized': {
    method: 'GET',
    path: '/authorization/{version}/shops',
    version: '202309',
    isShopScoped: false,
  },
  'grant.end': {
    method: 'DELETE',
    path: '/authorization/{version}/shops',
    version: '202403',
    isShopScoped: true,
  },
  'orders.search': {
    method: 'POST',
    path: '/order/{version}/orders/search',
    version: '202309',
    isShopScoped: true,
  },
  'orders.detail': {
    method: 'GET',
    path: '/order/{version}/orders',
    version: '202507',
    isShopScoped: true,
  },
  'products.search': {
    method: 'POST',
    path: '/product/{version}/products/search',
    version: '202502',
    isShopScoped: true,
  },
  'inventory.search': {
    method: 'POST',
    path: '/product/{version}/inventory/search',
    version: '202309',
    isShopScoped: true,
  },
  'statements.list': {
    method: 'GET',
    path: '/finance/{version}/statements',
    version: '202309',
    isShopScoped: true,
  },
  'payments.list': {
    method: 'GET',
    path: '/finance/{version}/payments',
    version: '202309',
    isShopScoped: true,
  },
  'statements.transactions': {
    method: 'GET',
    path: '/finance/{version}/statements/{statement_id}/statement_transactions',
    version: '202501',
    isShopScoped: true,
  },
  'unsettled.list': {
    method: 'GET',
    path: '/finance/{version}/orders/unsettled',
    version: '202507',
    isShopScoped: true,
  },
} as const satisfies Record<string, CallSpec>;
export type CallName = keyof typeof CALLS;

/** Token endpoints live on another host and carry neither signature nor token. */
export const TOKEN_PATHS = { get: '/api/v2/token/get', refresh: '/api/v2/token/refresh' } as const;

const ID = /^\d{15,20}$/;
const VERSION = /^\d{6}$/;
export type Versions = Readonly<Partial<Record<CallName, string>>>;

export function callSpec(name: CallName): CallSpec {
  return CALLS[name];
}

/** A path only ever comes from a template and checked digits, never from input. */
export function buildPath(
  name: CallName,
  ids: Readonly<Record<string, string>> = {},
  versions: Versions = {},
): string {
  const spec = callSpec(name);
  const version = versions[name] ?? spec.version;
  if (!VERSION.test(version)) {
    throw new TypeError('a version of a TikTok call must be six digits');
  }
  return spec.path.replaceAll(/\{(\w+)\}/g, (_, key: string) => {
    const value = key === 'version' ? version : (ids[key] ?? '');
    if (key !== 'version' && !ID.test(value)) {
      throw new TypeError('an id in a TikTok path must be 15 to 20 digits');
    }
    return value;
  });
}

const ALLOWED: readonly { readonly method: string; readonly path: RegExp }[] = [
  ...Object.values(CALLS).map(({ method, path }) => ({ method, path: patternOf(path) })),
  ...Object.values(TOKEN_PATHS).map((path) => ({ method: 'GET', path: patternOf(path) })),
];

function patternOf(template: string): RegExp {
  const pattern = template.replaceAll(/\{(\w+)\}/g, (_, key: string) =>
    key === 'version' ? String.raw`\d{6}` : String.raw`\d{15,20}`,
  );
  return new RegExp(`^${pattern}$`);
}

/** The last look before a socket opens, whoever built the request. */
export function isAllowed(method: string, path: string): boolean {
  return ALLOWED.some((entry) => entry.method === method && entry.path.test(path));
}

/** `orders.detail=202309,products.search=202309`: TikTok retires versions one call at a time. */
export function parseVersions(text: string): Versions {
  const entries = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => part.split('='));
  const versions: Partial<Record<CallName, string>> = {};
  for (const [name = '', version = ''] of entries) {
    if (!isCallName(name) || !VERSION.test(version)) {
      throw new TypeError('versions must read <call>=<six digits>');
    }
    versions[name] = version;
  }
  return versions;
}

function isCallName(name: string): name is CallName {
  return Object.hasOwn(CALLS, name);
}
