import type { AccountId, MerchantId } from '@tokometrics/contracts';

/** An account as stored: name and address are ciphertexts under the account's own key. */
export interface Account {
  readonly accountId: AccountId;
  readonly merchantId: MerchantId;
  readonly emailKey: string;
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string;
  readonly verifiedAt: Date | null;
  readonly roles: readonly string[];
  readonly demo: boolean;
  readonly locale: string;
  readonly theme: 'system' | 'light' | 'dark';
  readonly acceptance: Acceptance;
  readonly createdAt: Date;
}

/** What was accepted at sign-up, and the only trace of an address that the account keeps. */
export interface Acceptance {
  readonly policyVersion: string;
  readonly transfer: boolean;
  readonly adult: boolean;
  readonly at: Date;
  readonly network: string;
}

export interface Session {
  readonly sessionId: string;
  readonly accountId: AccountId;
  readonly merchantId: MerchantId;
  readonly remember: boolean;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
  readonly freshUntil: Date | null;
  readonly device: string;
}

/** 256 random bits for the browser; only its SHA-256 is ever stored. */
export interface Token {
  readonly raw: string;
  readonly hash: string;
}
