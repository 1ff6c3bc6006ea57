import type { TikTokFault } from '../../domain/tiktok-fault.ts';

export interface CallHistory {
  /** Attempts made so far, the failed one included. */
  readonly attempts: number;
  readonly hasRenewed: boolean;
  readonly hasRestamped: boolean;
}

export type NextStep =
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'renew' }
  | { readonly kind: 'restamp' }
  | { readonly kind: 'give_up' };

const MAX_ATTEMPTS = 5;
const BASE_MS = 1_000;
const CAP_MS = 60_000;
const JITTER_MS = 500;

/** TikTok's prescription: base · 2^n plus jitter, its own Retry-After first, about five tries. */
export function backoffMs(attempts: number, random: number, retryAfterMs?: number): number {
  const wait = retryAfterMs ?? Math.min(CAP_MS, BASE_MS * 2 ** (attempts - 1));
  return Math.min(CAP_MS, wait) + Math.floor(random * JITTER_MS);
}

/** The one reaction to each class of refusal. Everything that is not named here goes to the caller. */
export function nextStep(fault: TikTokFault, history: CallHistory, random: number): NextStep {
  switch (fault.kind) {
    case 'throttle':
    case 'retry':
      return history.attempts < MAX_ATTEMPTS
        ? { kind: 'wait', ms: backoffMs(history.attempts, random, fault.retryAfterMs) }
        : { kind: 'give_up' };
    case 'expired_token':
    case 'doubtful_token':
      return history.hasRenewed ? { kind: 'give_up' } : { kind: 'renew' };
    case 'clock':
      return history.hasRestamped ? { kind: 'give_up' } : { kind: 'restamp' };
    case 'smaller_page':
    case 'reauth':
    case 'revoked':
    case 'code_invalid':
    case 'shop_mismatch':
    case 'scope_missing':
    case 'narrow_window':
    case 'unclear':
    case 'config':
    case 'bug':
      return { kind: 'give_up' };
  }
}
