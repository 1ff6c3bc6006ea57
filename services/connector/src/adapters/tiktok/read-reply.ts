import { parseLosslessJson } from '@tokometrics/kit';
import { TikTokFault } from '../../domain/tiktok-fault.ts';
import type { FaultKind } from '../../domain/tiktok-fault.ts';
import type { RawReply } from './transport.ts';

export interface Reply {
  readonly data: Readonly<Record<string, unknown>>;
  readonly requestId: string | undefined;
}

const BY_CODE: Readonly<Record<number, FaultKind>> = {
  36009002: 'throttle',
  36009037: 'throttle',
  36009003: 'retry',
  36009007: 'smaller_page',
  105002: 'expired_token',
  101000: 'shop_mismatch',
  105005: 'scope_missing',
  106001: 'bug',
  106013: 'bug',
  36009009: 'bug',
  36009010: 'bug',
  36009014: 'bug',
  36009021: 'bug',
  36009022: 'bug',
  36009023: 'bug',
  36009033: 'config',
  98001004: 'bug',
  12052180: 'narrow_window',
  36004001: 'reauth',
  36004005: 'revoked',
  36004004: 'code_invalid',
};

/**
 * 36009004 says only "invalid credentials"; which one stands in its message alone. An unknown
 * message must neither end a connection nor erase anything.
 */
function kindOfCredentials(message: string): FaultKind {
  const text = message.toLowerCase();
  if (text.includes('timestamp')) {
    return 'clock';
  }
  if (text.includes('x-tts-access-token') || text.includes('access_token')) {
    return 'doubtful_token';
  }
  if (text.includes('app_key')) {
    return 'config';
  }
  return text.includes('shop_cipher') || text.includes('signature') ? 'bug' : 'unclear';
}

function kindOfStatus(status: number): FaultKind {
  if (status === 429) {
    return 'throttle';
  }
  if (status === 403) {
    return 'config';
  }
  // 2xx and 3xx come here only without a readable envelope: a body cut short, a proxy's page.
  return status >= 500 || status < 400 ? 'retry' : 'unclear';
}

/** TikTok's own code first, at whatever HTTP status; the status decides only where no code is known. */
export function readReply(raw: RawReply): Reply {
  const facts = { status: raw.status, retryAfterMs: raw.retryAfterMs };
  const envelope = parseEnvelope(raw.body);
  if (envelope === undefined) {
    throw new TikTokFault(kindOfStatus(raw.status), 'the answer is not its JSON', facts);
  }
  const { code, message, data, requestId } = envelope;
  if (code === 0 && raw.status < 300) {
    return { data: data ?? {}, requestId };
  }
  const kind =
    code === 36009004
      ? kindOfCredentials(message)
      : (BY_CODE[code] ?? (raw.status < 300 ? 'unclear' : kindOfStatus(raw.status)));
  throw new TikTokFault(kind, `refused, class ${kind}`, { ...facts, code, requestId });
}

interface Envelope {
  readonly code: number;
  readonly message: string;
  readonly data: Readonly<Record<string, unknown>> | undefined;
  readonly requestId: string | undefined;
}

function parseEnvelope(body: Buffer): Envelope | undefined {
  const value = parse(body);
  if (!isRecord(value) || typeof value['code'] !== 'number') {
    return undefined;
  }
  const { code, message, data, request_id: requestId } = value;
  return {
    code,
    message: typeof message === 'string' ? message : '',
    data: isRecord(data) ? data : undefined,
    requestId: typeof requestId === 'string' ? requestId.slice(0, 80) : undefined,
  };
}

function parse(body: Buffer): unknown {
  try {
    return parseLosslessJson(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
