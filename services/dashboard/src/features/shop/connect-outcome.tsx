import type { connectResult } from '@tokometrics/contracts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { z } from 'zod';
import { connectResultQuery, shopsQuery } from '../../api/shops.ts';
import { REASON_TEXT } from '../../api/problem-text.ts';
import { ErrorBox, NoticeBox } from '../../ui/notice-box.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';

type Result = z.infer<typeof connectResult>;

/** What came of an attempt, in words, and what to do next. */
export function outcomeText({ state, shops, missing, reason }: Result): string {
  const why = reason === null ? '' : ` ${REASON_TEXT[reason]}`;
  switch (state) {
    case 'pending':
      return 'Waiting for TikTok Shop to confirm the access…';
    case 'granted':
      return missing.length === 0
        ? `Connected: ${shops.map(({ name }) => name).join(', ')}.${why}`
        : `Connected, but without ${missing.join(', ')}. Figures that need it stay empty until you connect again and approve it.`;
    case 'denied':
      return 'You denied the access at TikTok Shop. Nothing was connected and nothing was read.';
    case 'expired':
      return 'The approval took longer than ten minutes, so it was not used. Begin again.';
    case 'failed':
      return `The shop could not be connected.${why === '' ? ' Begin again.' : why}`;
  }
}

const TONES = {
  pending: 'plain',
  granted: 'good',
  denied: 'warn',
  expired: 'warn',
  failed: 'bad',
} as const;

export function ConnectOutcome({ connectId }: { readonly connectId: string }) {
  const client = useQueryClient();
  const result = useQuery(connectResultQuery(connectId));
  const state = result.data?.state;
  useEffect(() => {
    if (state === 'granted') {
      void client.invalidateQueries(shopsQuery);
    }
  }, [client, state]);
  if (result.isPending) {
    return <Skeleton className="h-12 w-full" />;
  }
  if (result.isError) {
    return <ErrorBox error={result.error} onRetry={() => void result.refetch()} />;
  }
  const { data } = result;
  const tone = data.state === 'granted' && data.missing.length > 0 ? 'warn' : TONES[data.state];
  return <NoticeBox tone={tone}>{outcomeText(data)}</NoticeBox>;
}
