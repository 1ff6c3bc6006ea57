import { notice } from '@tokometrics/contracts';
import type { Notice } from '@tokometrics/contracts';
import { useQueryClient } from '@tanstack/react-query';
import type { QueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';

/** While a year is loaded, notices come by the hundred: pages read again this often at most. */
const CALM_MS = 3_000;

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
    schedule(flush, CALM_MS);
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
  const source = new EventSource('/api/v1/events');
  const refresh = createRefresher(
    (queryKey) => void client.invalidateQueries({ queryKey }),
    (run, ms) => void setTimeout(run, ms),
  );
  const hear = ({ data }: MessageEvent<string>) => {
    const parsed = notice.safeParse(parse(data));
    if (parsed.success) {
      refresh(keysOf(parsed.data));
    }
  };
  for (const kind of ['watermark', 'invalidate', 'sync.progress', 'privacy.progress']) {
    source.addEventListener(kind, hear);
  }
  // Something was missed while the line was down: everything shown may be old.
  source.addEventListener('reset', () => void client.invalidateQueries());
  return () => source.close();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** One stream per tab, as long as a signed-in page is open. */
export function useLiveUpdates(): void {
  const client = useQueryClient();
  useEffect(() => (typeof EventSource === 'undefined' ? undefined : listen(client)), [client]);
}
