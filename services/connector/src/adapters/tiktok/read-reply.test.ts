import { describe, expect, it } from '@jest/globals';
import { TikTokFault } from '../../domain/tiktok-fault.ts';
import { readReply } from './read-reply.ts';

const raw = (status: number, body: unknown, retryAfterMs?: number) => ({
  status,
  retryAfterMs,
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
});
function faultOf(read: () => unknown): unknown {
  try {
    read();
    return undefined;
  } catch (error) {
    return error;
  }
}
function kindOf(status: number, body: unknown): string {
  const fault = faultOf(() => readReply(raw(status, body)));
  return fault instanceof TikTokFault ? fault.kind : 'none';
}
const TOKEN = "Invalid credentials. The 'x-tts-access-token' header is invalid";

describe('readReply', () => {
  it.each([
    [36009002, '', 'throttle'],
    [36009037, '', 'throttle'],
    [36009003, '', 'retry'],
    [36009007, '', 'smaller_page'],
    [105002, '', 'expired_token'],
    [36009004, TOKEN, 'doubtful_token'],
    [36009004, "Invalid credentials. Invalid 'app_key' query parameter.", 'config'],
    [36009004, 'Missing credentials, signature', 'bug'],
    [36009004, "Invalid timestamp. The value of the 'timestamp' query parameter", 'clock'],
    [36009004, "Unexpected identifier. The 'shop_cipher' query parameter", 'bug'],
    [36009004, 'something new', 'unclear'],
    [101000, '', 'shop_mismatch'],
    [105005, '', 'scope_missing'],
    [106001, '', 'bug'],
    [106013, '', 'bug'],
    [36009009, '', 'bug'],
    [36009010, '', 'bug'],
    [36009014, '', 'bug'],
    [36009033, '', 'config'],
    [98001004, '', 'bug'],
    [12052180, '', 'narrow_window'],
    [36004001, '', 'reauth'],
    [36004005, '', 'revoked'],
    [36004004, '', 'code_invalid'],
  ])('reads code %i (%s) as %s, whatever the HTTP status', (code, message, kind) => {
    expect(kindOf(400, { code, message, data: null })).toBe(kind);
    expect(kindOf(200, { code, message, data: null })).toBe(kind);
  });

  it.each([
    [503, '<html>busy</html>', 'retry'],
    [200, '{"code":0,"data":{"orders":[', 'retry'],
    [302, '', 'retry'],
    [429, 'slow down', 'throttle'],
    [403, 'no', 'config'],
    [418, 'no', 'unclear'],
    [200, { code: 999, message: 'new', data: null }, 'unclear'],
    [500, { code: 999, message: 'new', data: null }, 'retry'],
    [500, { code: 0, data: {} }, 'retry'],
  ])('falls back on HTTP status %i for %j', (status, body, kind) => {
    expect(kindOf(status, body)).toBe(kind);
  });

  it('keeps ids that no double can hold', () => {
    const { data } = readReply(raw(200, '{"code":0,"data":{"product_id":576460752303423489}}'));
    expect(data['product_id']).toBe('576460752303423489');
  });

  it('carries the wait that was asked for, and no text of the answer', () => {
    const fault = faultOf(() =>
      readReply(raw(429, { code: 36009002, message: 'needle', data: null }, 7_000)),
    );

    expect(fault).toMatchObject({ kind: 'throttle', retryAfterMs: 7_000 });
    expect(String(fault)).not.toContain('needle');
  });
});
