import type { ConnectAttempt, ConnectOutcome } from './connect-shop.ts';
import type { Authorization } from './connection.ts';

export interface TidyDeps {
  readonly now: () => Date;
  readonly unfinishedBefore: (instant: Date) => Promise<readonly ConnectAttempt[]>;
  readonly isUsed: (authKey: string) => Promise<boolean>;
  readonly destroyTokens: (authorization: Authorization) => Promise<void>;
  readonly saveOutcome: (connectId: string, outcome: ConnectOutcome) => Promise<void>;
  readonly removeStatesBefore: (instant: Date) => Promise<void>;
  readonly removeNoticesBefore: (instant: Date) => Promise<void>;
  /** Says again what a crash kept from being said. */
  readonly announceMissed: () => Promise<void>;
}

const DAY_MS = 86_400_000;
const INBOX_DAYS = 32;

/** What a crash may leave behind, and what is past its time. */
export async function tidy(deps: TidyDeps): Promise<void> {
  await deps.announceMissed();
  const now = deps.now().getTime();
  for (const attempt of await deps.unfinishedBefore(new Date(now))) {
    // Between the exchange and the connection: tokens that nobody would ever use or destroy.
    if (!(await deps.isUsed(attempt.authKey))) {
      await deps.destroyTokens(attempt);
    }
    await deps.saveOutcome(attempt.connectId, {
      state: 'failed',
      shops: [],
      missing: [],
      reason: null,
    });
  }
  await deps.removeStatesBefore(new Date(now - DAY_MS));
  await deps.removeNoticesBefore(new Date(now - INBOX_DAYS * DAY_MS));
}
