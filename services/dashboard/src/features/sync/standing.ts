import type { SyncStatus } from '@tokometrics/contracts';
import { useQuery } from '@tanstack/react-query';
import { freshnessQuery } from '../../api/freshness.ts';
import type { Connection, Freshness } from '../../api/freshness.ts';

export type Stage = SyncStatus['stages'][number];

/**
 * How far one kind of data is. The connector tells what it has read; what of it is in the figures is told
 * by analytics alone, and while nobody can say, nothing is called complete.
 */
export type Standing =
  | { readonly kind: 'reading' | 'counting' | 'unknown' }
  | { readonly kind: 'complete'; readonly unread: number };

export function standingOf(
  { resource, state }: Pick<Stage, 'resource' | 'state'>,
  freshness: Freshness | undefined,
): Standing {
  if (state !== 'done') {
    return { kind: 'reading' };
  }
  if (freshness === undefined) {
    return { kind: 'unknown' };
  }
  const told = freshness.find((item) => item.resource === resource);
  return told?.historyDone === true && told.completeThrough !== null
    ? { kind: 'complete', unread: told.unread?.records ?? 0 }
    : { kind: 'counting' };
}

/** Whether something was read of which nobody knows yet that it is in the figures. */
export const hasUncounted = (stages: readonly Stage[], freshness: Freshness | undefined): boolean =>
  stages.some((stage) => ['counting', 'unknown'].includes(standingOf(stage, freshness).kind));

const POLL_MS = 3_000;

/** What is in the figures, asked again and again until all that has been read is. */
export function useFreshness(shop: Connection, stages: readonly Stage[]) {
  const known = useQuery({
    ...freshnessQuery(shop),
    enabled: stages.some(({ state }) => state === 'done'),
    refetchInterval: ({ state }) =>
      hasUncounted(stages, state.status === 'error' ? undefined : state.data) ? POLL_MS : false,
  });
  return {
    // An answer from before is no answer: what it says may have been taken back.
    freshness: known.isError ? undefined : known.data,
    isAsking: known.isLoading,
    isUnanswered: known.isError,
  };
}
