import {
  connectReply,
  connectResult,
  csrfReply,
  disconnectReply,
  freshnessReply,
  shopList,
} from '@tokometrics/contracts';
import type { ShopKey } from '@tokometrics/contracts';
import type { z } from 'zod';
import { eventually } from './eventually.ts';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
}

export interface ConnectChoice {
  readonly seller: 'retail' | 'synthetic';
  readonly region: string;
  readonly timezone: string;
  readonly scopes?: readonly string[];
  readonly decision?: 'approve' | 'deny';
}

/** A browser without its pictures: cookies, origin and token as the dashboard sends them. */
export class Merchant {
  readonly #publicUrl: string;
  readonly #cookies = new Map<string, string>();
  #csrf: string | undefined;

  constructor(publicUrl: string) {
    this.#publicUrl = publicUrl;
  }

  call(method: string, path: string, body?: object): Promise<Answer> {
    return this.send(method, path, body === undefined ? {} : { body: JSON.stringify(body) });
  }

  /** As a page that is wrong, or not ours, would ask: any body, and headers in place of the right ones. */
  async send(
    method: string,
    path: string,
    wrong: { readonly body?: string; readonly headers?: Readonly<Record<string, string>> } = {},
  ): Promise<Answer> {
    const unsafe = method !== 'GET';
    const response = await fetch(`${this.#publicUrl}/api/v1${path}`, {
      method,
      redirect: 'manual',
      headers: {
        cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(unsafe ? { 'content-type': 'application/json', origin: this.#publicUrl } : {}),
        ...(this.#csrf === undefined ? {} : { 'x-csrf-token': this.#csrf }),
        ...wrong.headers,
      },
      ...(wrong.body === undefined ? {} : { body: wrong.body }),
    });
    this.#remember(response.headers.getSetCookie());
    const text = await response.text();
    const isJson = (response.headers.get('content-type') ?? '').includes('json');
    return {
      status: response.status,
      headers: response.headers,
      body: isJson ? JSON.parse(text) : text,
    };
  }

  /** A good answer, checked against its contract. */
  async get<S extends z.ZodType>(path: string, schema: S): Promise<z.output<S>> {
    return schema.parse(this.#good(await this.call('GET', path), path));
  }

  async signIn(login: { readonly email: string; readonly password: string }): Promise<void> {
    this.#good(await this.call('POST', '/auth/login', { ...login, remember: false }), 'sign in');
    await this.#renewCsrf();
  }

  async reauthenticate(password: string): Promise<void> {
    this.#good(await this.call('POST', '/auth/reauthenticate', { password }), 'reauthenticate');
    await this.#renewCsrf();
  }

  /** From the wizard through TikTok's own page and back: answers the shops that were connected. */
  async connect(choice: ConnectChoice): Promise<ShopKey[]> {
    const { connectId, back } = await this.authorize(choice);
    const returned = await this.call('GET', back);
    if (returned.status !== 303) {
      throw new Error(
        `callback answered ${String(returned.status)} ${JSON.stringify(returned.body)}`,
      );
    }
    const result = await this.get(`/shops/connect/${connectId}`, connectResult);
    if (result.state !== 'granted') {
      throw new Error(`connecting ended as ${result.state}`);
    }
    return result.shops.map((shop) => shop.shopKey);
  }

  /** Up to TikTok's answer: `back` is where it sends the browser, not yet followed. */
  async authorize(choice: ConnectChoice): Promise<{ connectId: string; back: string }> {
    const { region, timezone } = choice;
    const begun = await this.call('POST', '/shops/connect', { region, timezone });
    const { authorizeUrl, connectId } = connectReply.parse(this.#good(begun, 'connect'));
    const location = await answerPage(authorizeUrl, choice);
    return { connectId, back: location.replace(/^.*\/api\/v1/, '') };
  }

  async shops(): Promise<z.output<typeof shopList>['items']> {
    return (await this.get('/shops', shopList)).items;
  }

  /** Until the figures themselves say that all of the history is in them. */
  async untilComplete(shopKey: string, timeoutMs = 120_000): Promise<void> {
    await eventually(
      async () => {
        const { items } = await this.get(`/freshness?shop=${shopKey}`, freshnessReply);
        const missing = items.filter((item) => !item.historyDone || item.completeThrough === null);
        if (items.length === 0 || missing.length > 0) {
          throw new Error(`still loading: ${missing.map((item) => item.resource).join(', ')}`);
        }
      },
      { timeoutMs, everyMs: 250 },
    );
  }

  /** `endGrant`: TikTok Shop is asked to end its side too. */
  async disconnect(
    shopKey: string,
    { endGrant = false } = {},
  ): Promise<z.output<typeof disconnectReply>> {
    const query = endGrant ? '?endGrant=true' : '';
    const answer = await this.call('DELETE', `/shops/${shopKey}/connection${query}`);
    return disconnectReply.parse(this.#good(answer, 'disconnect'));
  }

  #good(answer: Answer, what: string): unknown {
    if (answer.status >= 300) {
      throw new Error(`${what}: ${String(answer.status)} ${JSON.stringify(answer.body)}`);
    }
    return answer.body;
  }

  async #renewCsrf(): Promise<void> {
    this.#csrf = (await this.get('/auth/csrf', csrfReply)).csrfToken;
  }

  #remember(setCookies: readonly string[]): void {
    for (const text of setCookies) {
      const [pair = ''] = text.split(';');
      const at = pair.indexOf('=');
      this.#cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
  }
}

export const ALL_SCOPES = [
  'seller.authorization.info',
  'seller.shop.info',
  'seller.order.info',
  'seller.product.basic',
  'seller.finance.info',
] as const;

async function answerPage(
  authorizeUrl: string,
  { seller, scopes = ALL_SCOPES, decision = 'approve' }: ConnectChoice,
): Promise<string> {
  const url = new URL(authorizeUrl);
  const form = new URLSearchParams(url.search);
  form.set('seller', seller);
  form.set('decision', decision);
  scopes.forEach((scope) => {
    form.append('scope', scope);
  });
  const response = await fetch(`${url.origin}${url.pathname}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  });
  const location = response.headers.get('location');
  if (location === null) {
    throw new Error(`authorize page answered ${String(response.status)}`);
  }
  return location;
}
