const REDACTED = '[redacted]';

// Compared in lower case without `-` and `_`, so that one row covers every spelling.
const HIDDEN_KEYS = new Set([
  'authorization',
  'proxyauthorization',
  'cookie',
  'cookies',
  'setcookie',
  'xcsrftoken',
  'xvaulttoken',
  'xttsaccesstoken',
  'tmpassport',
  'passport',
  'password',
  'passphrase',
  'token',
  'secret',
  'secretid',
  'appsecret',
  'apikey',
  'privatekey',
  'authkey',
  'authcode',
  'credentials',
  'email',
  'phone',
  'ip',
  'clientip',
  'tmclientip',
  'remoteaddress',
  'xforwardedfor',
  'headers',
  'body',
  'rawbody',
  'payload',
  'config',
  'request',
  'response',
]);
const HIDDEN_ENDINGS = ['token', 'secret', 'password', 'email'];

const MAX_DEPTH = 5;
const MAX_ITEMS = 50;
const MAX_TEXT = 1024;

/** Replaces what must not be logged, at any depth and in any spelling, in one pass. */
export function redactFields(fields: Record<string, unknown>): Record<string, unknown> {
  return redactObject(fields, 0);
}

function redactObject(fields: object, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields)
      .slice(0, MAX_ITEMS)
      .map(([key, value]: [string, unknown]) => [
        key,
        isHidden(key) ? REDACTED : redactValue(value, depth + 1),
      ]),
  );
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') {
    return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value;
  }
  // Errors are cut down by the error serializer; bytes are payload.
  if (typeof value !== 'object' || value === null || value instanceof Date) {
    return typeof value === 'bigint' ? String(value) : value;
  }
  if (value instanceof Error) {
    return depth === 1 ? value : `${value.name}: ${value.message}`;
  }
  if (ArrayBuffer.isView(value)) {
    return '[bytes]';
  }
  if (depth > MAX_DEPTH) {
    return '[deep]';
  }
  if (hasToJson(value)) {
    return redactValue(value.toJSON(), depth + 1);
  }
  if (Array.isArray(value)) {
    return value.slice(0, MAX_ITEMS).map((item: unknown) => redactValue(item, depth + 1));
  }
  return redactObject(value, depth);
}

function hasToJson(value: object): value is { toJSON(): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}

function isHidden(key: string): boolean {
  const name = key.toLowerCase().replace(/[-_]/g, '');
  return HIDDEN_KEYS.has(name) || HIDDEN_ENDINGS.some((ending) => name.endsWith(ending));
}

// Last net for texts of drivers: credentials in URLs, query parameters, bearer values, JWTs, Vault
// tokens, addresses. None of these patterns can match a quote or a backslash, so JSON stays JSON.
const MASKS: readonly (readonly [RegExp, string])[] = [
  [/\/\/[^\s/@"\\]+@/g, '//***@'],
  [
    /\b(access_token|refresh_token|auth_code|app_secret|secret_id|client_token|password|token|secret|sign)=[^&\s"\\]+/gi,
    '$1=***',
  ],
  [/\b(bearer|basic) [^\s"\\,]{6,}/gi, '$1 ***'],
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, '***'],
  [/\bhv[sbr]\.[\w-]{8,}/g, '***'],
  [/[^\s@"\\:/<>()]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+/gi, '***@***'],
];

export function maskLine(line: string): string {
  return MASKS.reduce((text, [pattern, mask]) => text.replace(pattern, mask), line);
}
