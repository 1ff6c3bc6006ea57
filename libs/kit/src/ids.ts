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
  const space = bytesOf(namespace);
  const bytes = Buffer.allocUnsafe(space.length + Buffer.byteLength(name));
  bytes.set(space);
  bytes.write(name, space.length);
  const hex = hash('sha1', bytes, 'hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

const namespaces = new Map<string, Buffer>();

/** A handful of namespaces name millions of ids: each is read once. */
function bytesOf(namespace: string): Buffer {
  const known = namespaces.get(namespace);
  if (known !== undefined) {
    return known;
  }
  if (!UUID.test(namespace)) {
    throw new TypeError('a UUID namespace is needed');
  }
  const bytes = Buffer.from(namespace.replaceAll('-', ''), 'hex');
  namespaces.set(namespace, bytes);
  return bytes;
}

export function sha256Hex(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}
