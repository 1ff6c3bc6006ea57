import { createHmac } from 'node:crypto';

export interface Signable {
  readonly path: string;
  /** Raw values, as they are before any URL encoding. */
  readonly query: Readonly<Record<string, string>>;
  /** Exactly the bytes that will be sent. */
  readonly body?: Buffer | undefined;
}

const UNSIGNED = new Set(['sign', 'access_token']);

/** HMAC-SHA-256 over secret + path + sorted parameters + body + secret, keyed by the secret. */
export function signRequest(appSecret: string, { path, query, body }: Signable): string {
  const mac = createHmac('sha256', appSecret);
  mac.update(appSecret).update(path);
  // By code unit, as TikTok sorts; a comparison by language would order some keys otherwise.
  for (const key of Object.keys(query).sort()) {
    if (!UNSIGNED.has(key)) {
      mac.update(key).update(query[key] ?? '');
    }
  }
  if (body !== undefined) {
    mac.update(body);
  }
  return mac.update(appSecret).digest('hex');
}
