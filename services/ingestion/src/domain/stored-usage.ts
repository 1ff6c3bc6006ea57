import type { UsageEvent } from '@tokometrics/contracts';

/** AES-256-GCM under a data key that the account's key wraps; base64 but for the wrapped key. */
export interface SealedText {
  readonly wdk: string;
  readonly iv: string;
  readonly ct: string;
  readonly tag: string;
}

/** As it is kept: the network sealed by the account's own key. */
export interface StoredUsage extends Omit<UsageEvent, 'v' | 'eventId' | 'network' | 'at'> {
  readonly eventId: string;
  readonly at: Date;
  readonly sealedNetwork: SealedText;
  readonly expireAt: Date;
}
