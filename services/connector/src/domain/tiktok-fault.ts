/** What a refusal asks for; each has exactly one reaction (see `call-policy.ts`). */
export type FaultKind =
  | 'throttle'
  | 'retry'
  | 'smaller_page'
  | 'expired_token'
  | 'doubtful_token'
  | 'clock'
  | 'reauth'
  | 'revoked'
  | 'code_invalid'
  | 'shop_mismatch'
  | 'scope_missing'
  | 'narrow_window'
  | 'unclear'
  | 'config'
  | 'bug';

/** The grant is of no more use. `revoked`: because TikTok knows it no longer, and for no other reason. */
export function endsGrant(error: unknown): error is TikTokFault {
  return error instanceof TikTokFault && (error.kind === 'reauth' || error.kind === 'revoked');
}

export interface FaultFacts {
  readonly code?: number | undefined;
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  readonly retryAfterMs?: number | undefined;
}

/** Carries numbers and TikTok's request id only: never a URL, a message of theirs or a body. */
export class TikTokFault extends Error {
  override readonly name = 'TikTokFault';
  readonly kind: FaultKind;
  readonly code: number | undefined;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(kind: FaultKind, what: string, facts: FaultFacts = {}) {
    super(`TikTok Shop: ${what}`);
    this.kind = kind;
    this.code = facts.code;
    this.status = facts.status;
    this.requestId = facts.requestId;
    this.retryAfterMs = facts.retryAfterMs;
  }
}
