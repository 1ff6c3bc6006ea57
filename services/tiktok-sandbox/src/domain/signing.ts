import { createHmac, timingSafeEqual } from 'node:crypto';

const UNSIGNED = new Set(['sign', 'access_token']);

export interface SignedRequest {
  readonly path: string;
  /** Decoded once: values as the client meant them, not as they travelled. */
  readonly query: readonly (readonly [string, string])[];
  /** The bytes as they came; empty for GET. */
  readonly body: Buffer;
}

/** HMAC-SHA256 of secret + path + sorted key-value pairs + body + secret, keyed with the secret. */
export function signRequest(secret: string, { path, query, body }: SignedRequest): string {
  const pairs = query
    .filter(([key]) => !UNSIGNED.has(key))
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, value]) => key + value)
    .join('');
  return createHmac('sha256', secret)
    .update(secret + path + pairs)
    .update(body)
    .update(secret)
    .digest('hex');
}

/** Signature of a webhook, over the app key and the raw body. */
export function signWebhook(appKey: string, secret: string, body: Buffer | string): string {
  return createHmac('sha256', secret).update(appKey).update(body).digest('hex');
}

export function isSameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
