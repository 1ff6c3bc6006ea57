import { describe, expect, it } from '@jest/globals';
import { TikTokFault } from '../../domain/tiktok-fault.ts';
import type { FaultKind } from '../../domain/tiktok-fault.ts';
import { backoffMs, nextStep } from './call-policy.ts';

const fresh = { attempts: 1, hasRenewed: false, hasRestamped: false };
const fault = (kind: FaultKind, retryAfterMs?: number) =>
  new TikTokFault(kind, 'test', { retryAfterMs });

describe('nextStep', () => {
  it('doubles the wait, up to a minute', () => {
    expect([1, 2, 3, 4].map((attempts) => backoffMs(attempts, 0))).toEqual([
      1_000, 2_000, 4_000, 8_000,
    ]);
    expect(backoffMs(10, 0.999)).toBe(60_499);
  });

  it('honours Retry-After, capped', () => {
    expect(nextStep(fault('throttle', 7_000), fresh, 0)).toEqual({ kind: 'wait', ms: 7_000 });
    expect(nextStep(fault('throttle', 86_400_000), fresh, 0)).toEqual({ kind: 'wait', ms: 60_000 });
  });

  it.each(['throttle', 'retry'] as const)('tries five times on %s', (kind) => {
    expect(nextStep(fault(kind), { ...fresh, attempts: 4 }, 0).kind).toBe('wait');
    expect(nextStep(fault(kind), { ...fresh, attempts: 5 }, 0).kind).toBe('give_up');
  });

  it.each(['expired_token', 'doubtful_token'] as const)('renews once on %s', (kind) => {
    expect(nextStep(fault(kind), fresh, 0).kind).toBe('renew');
    expect(nextStep(fault(kind), { ...fresh, hasRenewed: true }, 0).kind).toBe('give_up');
  });

  it('stamps anew once on a clock refusal', () => {
    expect(nextStep(fault('clock'), fresh, 0).kind).toBe('restamp');
    expect(nextStep(fault('clock'), { ...fresh, hasRestamped: true }, 0).kind).toBe('give_up');
  });

  it.each([
    'smaller_page',
    'reauth',
    'code_invalid',
    'shop_mismatch',
    'scope_missing',
    'narrow_window',
    'unclear',
    'config',
    'bug',
  ] as const)('never repeats on %s', (kind) => {
    expect(nextStep(fault(kind), fresh, 0)).toEqual({ kind: 'give_up' });
  });
});
