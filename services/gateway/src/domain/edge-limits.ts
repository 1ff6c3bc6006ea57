import { createHash } from 'node:crypto';
import { createRateLimiter } from './rate-window.ts';

interface Caller {
  /** What counts as one source. */
  readonly source: string;
  readonly session: string | undefined;
}

export interface EdgeLimits {
  /** Seconds to wait, or 0 when the request may go on. */
  take(caller: Caller, nowMs: number): number;
  /** Identity has said that there is such a session: from now on it has a minute of its own. */
  know(session: string, nowMs: number): void;
}

const MAX_SESSIONS = 50_000;

/**
 * Neighbours behind one address do not take from each other once they are signed in. A cookie that
 * nobody has vouched for yet is worth nothing: it counts for its address, as no cookie does.
 */
export function createEdgeLimits(perMinute: number, maxSessions = MAX_SESSIONS): EdgeLimits {
  const sources = createRateLimiter(perMinute);
  const sessions = createRateLimiter(perMinute, maxSessions);
  // Without the tokens themselves; the one heard of last stands last.
  const known = new Set<string>();

  function remember(key: string): void {
    known.delete(key);
    known.add(key);
    const [oldest] = known;
    if (known.size > maxSessions && oldest !== undefined) {
      known.delete(oldest);
    }
  }

  return {
    take({ source, session }, nowMs) {
      const key = session === undefined ? undefined : keyOf(session);
      return key !== undefined && known.has(key)
        ? sessions.take(key, nowMs)
        : sources.take(source, nowMs);
    },
    know(session, nowMs) {
      const key = keyOf(session);
      if (!known.has(key)) {
        // The request that brought it is its first.
        sessions.take(key, nowMs);
      }
      remember(key);
    },
  };
}

const keyOf = (session: string): string => createHash('sha256').update(session).digest('base64url');
