export interface SessionTimes {
  readonly remember: boolean;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const SHORT = { idleMs: 30 * MINUTE_MS, absoluteMs: 12 * 60 * MINUTE_MS };
const REMEMBERED = { idleMs: 7 * DAY_MS, absoluteMs: 30 * DAY_MS };

export const FRESH_MS = 5 * MINUTE_MS;
export const MAX_SESSIONS = 20;
/** A tab that still sends the token from before a rotation is let in for this long. */
export const ROTATION_GRACE_MS = 10_000;
/** Last-seen times are written at most this often: the idle limit needs no finer grain. */
export const TOUCH_EVERY_MS = MINUTE_MS;

const limitsOf = (remember: boolean) => (remember ? REMEMBERED : SHORT);

/** Activity pushes the idle limit, never the absolute one. */
export function isExpired(session: SessionTimes, now: Date): boolean {
  const { idleMs, absoluteMs } = limitsOf(session.remember);
  return (
    now.getTime() - session.lastSeenAt.getTime() > idleMs ||
    now.getTime() - session.createdAt.getTime() > absoluteMs
  );
}

export function maxAgeSeconds(session: SessionTimes, now: Date): number {
  const { absoluteMs } = limitsOf(session.remember);
  return Math.max(1, Math.floor((session.createdAt.getTime() + absoluteMs - now.getTime()) / 1000));
}
