import { scopeOfHeaders } from '@tokometrics/contracts';
import { AppError, park, skip } from '@tokometrics/kit';
import type { InMessage, Outcome } from '@tokometrics/kit';
import type { ShopScope } from './fence-map.ts';
import type { Fences } from './guard.ts';

type Gate = Pick<Fences, 'isFenced' | 'healthy' | 'track'>;

/**
 * Drops records of closed scopes by their headers, before the body is looked at: not even a
 * malformed record of an erased shop reaches the dead letters.
 */
export function fenced(
  fences: Gate,
  handle: (message: InMessage) => Promise<Outcome>,
): (message: InMessage) => Promise<Outcome> {
  return async (message) => {
    assertHealthy(fences);
    const scope = scopeOfHeaders(message.headers);
    if (scope === undefined) {
      return park('scope.missing');
    }
    if (fences.isFenced(scope.shopKey, scope.epoch)) {
      return skip('fenced');
    }
    return fences.track(scope.shopKey, () => handle(message));
  };
}

interface ScopedMessage {
  readonly message: InMessage;
  readonly scope: ShopScope;
}

export interface SplitChunk {
  /** To be handled, through guardedChunk. */
  readonly live: readonly ScopedMessage[];
  /** Of closed scopes: settled without effect. */
  readonly dropped: readonly InMessage[];
  /** Without a valid scope: to be parked, never stored. */
  readonly unscoped: readonly InMessage[];
}

/** The same rule for consumers that take chunks. Throws `upstream.unavailable` when not healthy. */
export function splitByFence(
  fences: Pick<Fences, 'isFenced' | 'healthy'>,
  messages: readonly InMessage[],
): SplitChunk {
  assertHealthy(fences);
  const live: ScopedMessage[] = [];
  const dropped: InMessage[] = [];
  const unscoped: InMessage[] = [];
  for (const message of messages) {
    const scope = scopeOfHeaders(message.headers);
    if (scope === undefined) {
      unscoped.push(message);
    } else if (fences.isFenced(scope.shopKey, scope.epoch)) {
      dropped.push(message);
    } else {
      live.push({ message, scope });
    }
  }
  return { live, dropped, unscoped };
}

// Thrown, not returned: the consumer then waits in place instead of sending records up the ladder.
function assertHealthy(fences: Pick<Fences, 'healthy'>): void {
  if (!fences.healthy()) {
    throw new AppError('upstream.unavailable', 'fences cannot be heard at present');
  }
}
