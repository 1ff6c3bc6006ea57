import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { isProblem, isSignedOut } from '../api/problem.ts';

const RETRIES = 2;

/** An answer that says no is not asked for again; a part that does not answer is. */
const mayRetry = (failures: number, error: unknown): boolean =>
  failures < RETRIES && isProblem(error) && (error.status === 0 || error.status >= 502);

export function createQueries(onSignedOut: () => void): QueryClient {
  const onError = (error: unknown) => {
    if (isSignedOut(error)) {
      onSignedOut();
    }
  };
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        if (query.queryKey[0] !== 'me') {
          onError(error);
        }
      },
    }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: { retry: mayRetry, staleTime: 5_000, refetchOnWindowFocus: true },
      mutations: { retry: false },
    },
  });
}
