import { createHmac } from 'node:crypto';
import { normalisePassword } from './password-policy.ts';

/**
 * bcrypt keeps 72 bytes, so a long passphrase would be cut in silence. Keyed hashing first gives it
 * 64 ASCII characters that stand for the whole password, and makes a stolen store useless alone.
 */
export function prehash(pepper: Buffer, password: string): string {
  return createHmac('sha384', pepper).update(normalisePassword(password), 'utf8').digest('base64');
}

const STORED = /^v1\$([A-Za-z0-9_-]{1,32})\$(\$2b\$.+)$/;

export interface StoredHash {
  readonly pepperId: string;
  readonly bcrypt: string;
}

export function formatHash(pepperId: string, bcrypt: string): string {
  return `v1$${pepperId}$${bcrypt}`;
}

export function parseHash(stored: string): StoredHash | undefined {
  const match = STORED.exec(stored);
  return match === null ? undefined : { pepperId: match[1] ?? '', bcrypt: match[2] ?? '' };
}

/** Cost written in a bcrypt hash, or 0. */
export function costOf(bcrypt: string): number {
  return Number(/^\$2b\$(\d\d)\$/.exec(bcrypt)?.[1] ?? 0);
}
