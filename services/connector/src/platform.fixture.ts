import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { RETAIL_SCOPES } from './connector.fixture.ts';

/** A platform of another make than the sandbox: one seller, one shop, three orders. */
const PLATFORM_APP = { key: 'otherappkey', secret: 'other-secret', serviceId: '712345' };
const SHOP = {
  ...{ id: '7494999999999999901', cipher: 'ROW_other/cipher+of=a', code: 'XXOTHER00001' },
  ...{ name: 'Another shop', region: 'GB', seller_type: 'LOCAL' },
};
const DAY = 86_400;
type Row = Readonly<Record<string, unknown>>;

function makeRows(now: number) {
  const orders = [1, 2, 3].map((at) => ({
    id: `57700000000000000${String(at)}`,
    status: 'COMPLETED',
    create_time: now - at * 10 * DAY,
    update_time: now - at * 10 * DAY + 60,
    recipient_address: { name: 'Nobody', phone_number: '+44 7700 900000' },
    payment: { currency: 'GBP', sub_total: '10.00', total_amount: '12.50' },
    line_items: [{ id: `57800000000000000${String(at)}`, sale_price: '10.00', currency: 'GBP' }],
  }));
  const product = { id: '1729000000000000001', title: 'A thing', status: 'ACTIVATE' };
  const products = [{ ...product, create_time: now - 99 * DAY, update_time: now - 50 * DAY }];
  const statement = { id: '7238000000000000001', currency: 'GBP', settlement_amount: '10.00' };
  const statements = [{ ...statement, statement_time: now - 5 * DAY, payment_status: 'PAID' }];
  const transaction = { id: '6959000000000000001', type: 'ORDER', settlement_amount: '10.00' };
  const payment = { id: '3458000000000000001', bank_account: 'Nobody***1234', status: 'PAID' };
  const money = { value: '10.00', currency: 'GBP' };
  const payments = [{ ...payment, create_time: now - 4 * DAY, amount: money }];
  const skus = ['2', '3'].map((last) => ({
    ...{ id: `172900000000000000${last}`, total_available_quantity: 4 },
    total_committed_quantity: 0,
    total_available_inventory_distribution: { creator_inventory: [{ creator_name: 'Nobody' }] },
  }));
  const inventory = [{ product_id: product.id, skus }];
  const estimate = { id: '6959000000000000002', type: 'ORDER', est_settlement_amount: '9.00' };
  const unsettled = [{ ...estimate, order_create_time: now - 2 * DAY, buyer_message: 'Nobody' }];
  const transactions = [transaction];
  return { orders, products, statements, transactions, payments, inventory, unsettled };
}

interface Asked {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Row;
}

/** Rows between the bounds that the question names, whatever its field of time. */
function within(rows: readonly Row[], filters: Row): Row[] {
  return rows.filter((row) =>
    Object.entries(filters).every(([name, bound]) => {
      const [, field = '', kind] = /^(\w+)_(ge|lt|le)$/.exec(name) ?? [];
      const time = Number(row[field]);
      const limit = Number(bound);
      switch (kind) {
        case 'ge':
          return time >= limit;
        case 'lt':
          return time < limit;
        case 'le':
          return time <= limit;
        default:
          return true;
      }
    }),
  );
}

function listed(name: string, rows: readonly Row[], { query }: Asked): Row {
  const size = Number(query.get('page_size') ?? 20);
  const from = Number(query.get('page_token')?.replace('page/+', '') ?? 0);
  const isLast = from + size >= rows.length;
  return {
    [name]: rows.slice(from, from + size),
    total_count: rows.length,
    next_page_token: isLast ? '' : `page/+${String(from + size)}`,
  };
}

export interface Platform {
  readonly env: Readonly<Record<string, string>>;
  /** What the seller grants from the next token on. */
  grant(scopes: readonly string[]): void;
  /** Ends every access token at once; the next call of each must renew. */
  expire(): void;
  readonly calls: readonly string[];
  stop(): Promise<void>;
}

export async function startPlatform(now: number): Promise<Platform> {
  const calls: string[] = [];
  const rows = makeRows(now);
  const grant = {
    scopes: [...RETAIL_SCOPES] as readonly string[],
    access: '',
    refresh: '',
    code: '',
  };
  const fresh = (): string => `OTHER_${randomBytes(30).toString('base64url')}`;

  const issue = (): Row => {
    Object.assign(grant, { access: fresh(), refresh: fresh(), code: '' });
    const issuedAt = Math.floor(Date.now() / 1000);
    return {
      ...{ access_token: grant.access, refresh_token: grant.refresh, open_id: 'open' },
      // Beyond any clock of a test.
      ...{ access_token_expire_in: issuedAt + 9_000 * DAY, refresh_token_expire_in: 4_891_363_200 },
      ...{ user_type: 0, seller_name: 'Nobody', granted_scopes: grant.scopes },
    };
  };
  const token = ({ path, query }: Asked): Row => {
    const isApp =
      query.get('app_key') === PLATFORM_APP.key && query.get('app_secret') === PLATFORM_APP.secret;
    const isKnown = path.endsWith('/get')
      ? grant.code !== '' && query.get('auth_code') === grant.code
      : query.get('refresh_token') === grant.refresh;
    return isApp && isKnown ? { code: 0, data: issue() } : { code: 36004004, data: null };
  };
  const answer = (asked: Asked): Row | undefined => {
    const { path, query, body } = asked;
    const [, category = ''] = path.split('/');
    const last = path.split('/').at(-1);
    if (category === 'authorization') {
      return { shops: [SHOP] };
    }
    if (category === 'order' && last === 'orders') {
      const ids = query.get('ids')?.split(',') ?? [];
      return { orders: rows.orders.filter(({ id }) => ids.includes(id)) };
    }
    if (category === 'order') {
      return listed('orders', within(rows.orders, body), asked);
    }
    if (category === 'product' && path.includes('/inventory/')) {
      const asked = body['product_ids'] as readonly string[];
      return { inventory: rows.inventory.filter(({ product_id: id }) => asked.includes(id)) };
    }
    if (category === 'product') {
      return listed('products', within(rows.products, body), asked);
    }
    if (last === 'unsettled') {
      return listed('transactions', rows.unsettled, asked);
    }
    return last === 'statements' || last === 'payments'
      ? listed(last, within(rows[last], Object.fromEntries(query)), asked)
      : listed('transactions', rows.transactions, asked);
  };
  const serve = (request: IncomingMessage, text: string, response: ServerResponse): void => {
    const { pathname: path, searchParams: query } = new URL(request.url ?? '', 'http://platform');
    const send = (status: number, value: Row): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ message: '', request_id: 'r', data: null, ...value }));
    };
    if (path === '/approve') {
      grant.code = fresh();
      const back = { app_key: PLATFORM_APP.key, code: grant.code, state: query.get('state') ?? '' };
      response.writeHead(302, { location: `/back?${new URLSearchParams(back).toString()}` }).end();
      return;
    }
    calls.push(path);
    const body = (text === '' ? {} : JSON.parse(text)) as Row;
    if (path.startsWith('/api/v2/token/')) {
      send(200, token({ path, query, body }));
    } else if (query.get('sign') !== signatureOf(path, query, text)) {
      send(401, { code: 106001, message: 'the sign is invalid' });
    } else if (request.headers['x-tts-access-token'] !== grant.access) {
      send(401, { code: 105002, message: 'Expired credentials.' });
    } else {
      send(200, { code: 0, data: answer({ path, query, body }) ?? {} });
    }
  };
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      serve(request, text, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${String(typeof address === 'object' ? address?.port : 0)}`;
  return {
    calls,
    env: {
      ...{ TIKTOK_AUTHORIZE_URL: `${url}/approve`, TIKTOK_TOKEN_URL: url, TIKTOK_API_URL: url },
      ...{ TIKTOK_APP_KEY: PLATFORM_APP.key, TIKTOK_APP_SECRET: PLATFORM_APP.secret },
      TIKTOK_SERVICE_ID: PLATFORM_APP.serviceId,
    },
    grant: (scopes) => {
      grant.scopes = scopes;
    },
    expire: () => {
      grant.access = 'nobody';
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** As the published page describes it, written anew for this platform alone. */
function signatureOf(path: string, query: URLSearchParams, body: string): string {
  const named = [...query].filter(([name]) => name !== 'sign' && name !== 'access_token');
  named.sort(([a], [b]) => (a < b ? -1 : 1));
  const text = `${path}${named.flat().join('')}${body}`;
  const { secret } = PLATFORM_APP;
  return createHmac('sha256', secret).update(`${secret}${text}${secret}`).digest('hex');
}
