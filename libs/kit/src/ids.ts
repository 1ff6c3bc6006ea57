import { hash, randomBytes } from 'node:crypto';
import type { Clock } from './clock.ts';

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** 48 bits of time, 80 random bits. An identifier, never a secret; sortable to the millisecond. */
export function createUlid(clock?: Pick<Clock, 'now'>): string {
  const timeMs = clock === undefined ? Date.now() : clock.now().getTime();
  let bits = (BigInt(timeMs) << 80n) | BigInt(`0x${randomBytes(10).toString('hex')}`);
  let text = '';
  for (let position = 0; position < 26; position += 1) {
    text = CROCKFORD.charAt(Number(bits & 31n)) + text;
    bits >>= 5n;
  }
  return text;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** RFC 9562 version 5: the same namespace and name always give the same id. */
export function uuidv5(namespace: string, name: string): string {
  if (!UUID.test(namespace)) {
    throw new TypeError('a UUID namespace is needed');
  }
  const bytes = Buffer.concat([
    Buffer.from(namespace.replaceAll('-', ''), 'hex'),
    Buffer.from(name, 'utf8'),
  ]);
  const digest = hash('sha1', bytes, 'buffer').subarray(0, 16);
  digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x50, 6);
  digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = digest.toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}

export function sha256Hex(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}
