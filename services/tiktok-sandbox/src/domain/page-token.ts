import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { isSameText } from './signing.ts';

/** Where the next page begins: after this row in the order of the list. */
export interface Cursor {
  readonly value: number;
  readonly id: string;
}

/** Gives every token the characters that break clients which sign the encoded value. */
const HEAD = Buffer.from([0xfb, 0xff, 0xbe]); // base64 "+/++"
const TAG_BYTES = 12;
const payload = z.tuple([z.number(), z.string(), z.number()]);

/** `scope` is what the token is bound to: path, shop, filters and sort, but not the page's size. */
export function writePageToken(key: string, scope: string, cursor: Cursor, nonce = 0): string {
  let text = JSON.stringify([cursor.value, cursor.id, nonce]);
  while ((HEAD.length + TAG_BYTES + text.length) % 3 !== 1) {
    text += ' '; // a length that ends in "=="
  }
  const body = Buffer.from(text);
  return Buffer.concat([HEAD, tagOf(key, scope, body), body]).toString('base64');
}

export function readPageToken(key: string, scope: string, token: string): Cursor | undefined {
  const bytes = Buffer.from(token, 'base64');
  const body = bytes.subarray(HEAD.length + TAG_BYTES);
  const tag = bytes.subarray(HEAD.length, HEAD.length + TAG_BYTES);
  const isOurs =
    bytes.length > HEAD.length + TAG_BYTES &&
    bytes.toString('base64') === token &&
    isSameText(tag.toString('hex'), tagOf(key, scope, body).toString('hex'));
  if (!isOurs) {
    return undefined;
  }
  const [value, id] = payload.parse(JSON.parse(body.toString()));
  return { value, id };
}

function tagOf(key: string, scope: string, body: Buffer): Buffer {
  return createHmac('sha256', `page ${key}`)
    .update(`${scope}\n`)
    .update(body)
    .digest()
    .subarray(0, TAG_BYTES);
}
