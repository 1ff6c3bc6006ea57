import { Agent, request } from 'undici';
import { isAllowed } from './calls.ts';
import type { HttpMethod } from './calls.ts';
import { TikTokFault } from '../../domain/tiktok-fault.ts';

interface RawRequest {
  readonly base: URL;
  readonly method: HttpMethod;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RawReply {
  readonly status: number;
  readonly retryAfterMs: number | undefined;
  readonly body: Buffer;
}

export interface Transport {
  send(request: RawRequest): Promise<RawReply>;
  close(): Promise<void>;
}

export interface TransportOptions {
  /** The configured hosts; nothing else is ever spoken to. */
  readonly hosts: readonly URL[];
  readonly timeoutMs: number;
  readonly maxBodyBytes?: number;
}

// An order holds one object per unit sold, so a page of them may weigh several MB.
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** https, or http on this machine alone; no credentials, no query. */
export function tiktokHost(address: string): URL {
  const url = new URL(address);
  const isLoopback = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback)) {
    throw new TypeError('an address of TikTok Shop must be https');
  }
  if (url.username !== '' || url.password !== '') {
    throw new TypeError('an address of TikTok Shop must hold no credentials');
  }
  return url;
}

export function createTransport(options: TransportOptions): Transport {
  const { timeoutMs, maxBodyBytes = MAX_BODY_BYTES } = options;
  const origins = new Set(options.hosts.map((host) => host.origin));
  const agent = new Agent({
    connections: 32,
    connect: { timeout: 5_000 },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });

  const send = async (raw: RawRequest): Promise<RawReply> => {
    if (!origins.has(raw.base.origin) || !isAllowed(raw.method, raw.path)) {
      throw new TikTokFault('bug', 'a call outside the allow-list was stopped');
    }
    const url = new URL(raw.path, raw.base);
    for (const [key, value] of Object.entries(raw.query)) {
      url.searchParams.set(key, value);
    }
    const limit = AbortSignal.timeout(timeoutMs * 2);
    const signal = raw.signal === undefined ? limit : AbortSignal.any([raw.signal, limit]);
    try {
      // undici follows no redirect unless told to: a 3xx comes back as what it is.
      const reply = await request(url, {
        dispatcher: agent,
        method: raw.method,
        headers: { ...raw.headers },
        body: raw.body ?? null,
        signal,
      });
      return {
        status: reply.statusCode,
        retryAfterMs: parseRetryAfter(reply.headers['retry-after']),
        body: await readCapped(reply.body, maxBodyBytes),
      };
    } catch (error) {
      raw.signal?.throwIfAborted();
      // The driver's error may quote the address, whose query holds the app secret: it ends here.
      throw error instanceof TikTokFault ? error : new TikTokFault('retry', networkWord(error));
    }
  };

  return { send, close: () => agent.close() };
}

/** Seconds, the only form seen; a date, or nonsense, is left out. */
function parseRetryAfter(header: string | string[] | undefined): number | undefined {
  const text = typeof header === 'string' ? header.trim() : '';
  return /^\d{1,5}$/.test(text) ? Number(text) * 1000 : undefined;
}

interface Body extends AsyncIterable<unknown> {
  destroy(error?: Error): unknown;
}

async function readCapped(body: Body, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) {
      continue;
    }
    size += chunk.length;
    if (size > maxBytes) {
      body.destroy();
      throw new TikTokFault('smaller_page', 'the answer is larger than is accepted');
    }
    chunks.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
  }
  return Buffer.concat(chunks, size);
}

function networkWord(error: unknown): string {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' && /^[A-Z_]{1,40}$/.test(code)
    ? `no answer (${code})`
    : 'no answer';
}
