import type { Notice } from '@tokometrics/contracts';
import { useQueryClient } from '@tanstack/react-query';
import type { QueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { createLiveLine } from './live-line.ts';

/** While a year is loaded, notices come by the hundred: pages read again this often at most. */
const CALM_MS = 3_000;
/** Everything at once is read this often at most, whatever the line says. */
const CALM_OF_ALL_MS = 30_000;
/** A window that has heard nothing for so long reads by itself: its line may be gone without a word. */
const QUIET_MS = 60_000;

/** Which cached answers a notice makes old. */
export function keysOf(event: Notice): readonly (readonly string[])[] {
  switch (event.kind) {
    case 'watermark':
    case 'invalidate':
      return [['shop', event.shopKey, 'figures']];
    case 'sync.progress':
      return [['shop', event.shopKey, 'sync'], ['shops']];
    case 'privacy.progress':
      return [['privacy']];
  }
}

/** Gathers keys and reads them again at once, then not before the calm is over. */
export function createRefresher(
  refresh: (key: readonly string[]) => void,
  schedule: (run: () => void, ms: number) => void,
  calmMs = CALM_MS,
) {
  const waiting = new Map<string, readonly string[]>();
  const state = { isCalm: true };
  function flush(): void {
    if (waiting.size === 0) {
      state.isCalm = true;
      return;
    }
    for (const key of waiting.values()) {
      refresh(key);
    }
    waiting.clear();
    state.isCalm = false;
    schedule(flush, calmMs);
  }
  return (keys: readonly (readonly string[])[]) => {
    for (const key of keys) {
      waiting.set(key.join(' '), key);
    }
    if (state.isCalm) {
      flush();
    }
  };
}

function listen(client: QueryClient): () => void {
  const refresh = (queryKey: readonly string[]) => void client.invalidateQueries({ queryKey });
  const later = (run: () => void, ms: number) => void setTimeout(run, ms);
  const readSome = createRefresher(refresh, later);
  const readAll = createRefresher(refresh, later, CALM_OF_ALL_MS);
  const line = createLiveLine({
    connect: () => new EventSource('/api/v1/events'),
    onNotice: (heard) => readSome(keysOf(heard)),
    onGap: () => readAll([[]]),
    schedule: later,
  });
  const isSeen = () => document.visibilityState === 'visible';
  const onVisibility = () => {
    if (isSeen()) {
      line.wake();
    }
  };
  const timer = setInterval(() => {
    // What nobody sees is read when it is looked at again.
    if (isSeen()) {
      line.tick();
    }
  }, QUIET_MS);
  document.addEventListener('visibilitychange', onVisibility);
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', onVisibility);
    line.close();
  };
}

/** One stream per tab, as long as a signed-in page is open. */
export function useLiveUpdates(): void {
  const client = useQueryClient();
  useEffect(() => (typeof EventSource === 'undefined' ? undefined : listen(client)), [client]);
}
