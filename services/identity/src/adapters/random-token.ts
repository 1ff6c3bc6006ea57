import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { Token } from '../domain/account.ts';

export function hashToken(raw: string): string {
  // Synchronous on purpose: the asynchronous crypto calls queue behind password hashes.
  return createHash('sha256').update(raw).digest('hex');
}

export function newToken(): Token {
  const raw = randomBytes(32).toString('base64url');
  return { raw, hash: hashToken(raw) };
}

/** Keyed hash of an address: found again without being kept. */
export function keyedHash(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex');
}
