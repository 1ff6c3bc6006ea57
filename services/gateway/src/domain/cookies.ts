export const SESSION_COOKIE = '__Host-tm_sid';
export const DEVICE_COOKIE = '__Host-tm_dev';

const TOKEN = /^[A-Za-z0-9_-]{43}$/;
const MAX_HEADER = 4096;
const DEVICE_SECONDS = 90 * 86_400;

/** A cookie of ours that has the form of a token. One given twice is nobody's: it is ignored. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  if (header === undefined || header.length > MAX_HEADER) {
    return undefined;
  }
  const values = header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  const [value] = values;
  return values.length === 1 && value !== undefined && TOKEN.test(value) ? value : undefined;
}

function cookie(name: string, value: string, maxAge: number): string {
  return `${name}=${value}; Max-Age=${String(maxAge)}; Path=/; Secure; HttpOnly; SameSite=Lax`;
}

/** Lax, since Strict would drop the session on TikTok's way back. */
export function sessionCookie(token: string, maxAgeSeconds: number): string {
  return cookie(SESSION_COOKIE, token, maxAgeSeconds);
}

export function deviceCookie(token: string): string {
  return cookie(DEVICE_COOKIE, token, DEVICE_SECONDS);
}

export function clearedSessionCookie(): string {
  return cookie(SESSION_COOKIE, '', 0);
}
