import { gapOf, scopeOfHeaders } from '@tokometrics/contracts';
import type { Finish, ParkedMessage } from '@tokometrics/kit';
import { jsonOf } from '@tokometrics/kit/json';
import { countsOf } from '../domain/fates.ts';
import { resourceOf } from '../domain/plan-chunk.ts';
import { missingOf, opener, scopesOf, toGap } from './store-chunk.ts';
import type { Missing, StoreDeps } from './store-chunk.ts';

/**
 * Records that a store refused one by one: they are in no chunk's counts, and nobody was told yet that
 * something is missing. Answers what is left to do before a marker behind them may go on.
 */
export function storeRejected(
  deps: Pick<StoreDeps, 'count' | 'guardedChunk' | 'publish'>,
  rejected: readonly ParkedMessage[],
): Finish | undefined {
  const messages = rejected.map(({ message }) => message);
  deps.count(countsOf(messages, new Map(messages.map((message) => [message, 'parked']))));
  const missing = rejected.flatMap(missingForWantOf);
  if (missing.length === 0) {
    return undefined;
  }
  return async () => {
    await deps.guardedChunk(scopesOf(missing.map(({ scope }) => scope)), async (open) => {
      const isOpen = opener(open);
      await deps.publish(missing.filter(({ scope }) => isOpen(scope)).map(toGap));
    });
  };
}

function missingForWantOf({ message }: ParkedMessage): Missing[] {
  const scope = scopeOfHeaders(message.headers);
  const resource = resourceOf(message);
  if (scope === undefined || resource === undefined) {
    return [];
  }
  const envelope = jsonOf(message.value);
  const gap = gapOf(resource, scope, { envelope, body: undefined });
  return missingOf({ message, gap, contentHash: undefined });
}
