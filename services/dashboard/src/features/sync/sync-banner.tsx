import type { Shop, SyncStatus } from '@tokometrics/contracts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { syncQuery } from '../../api/shops.ts';
import { formatCount, formatInstant } from '../../ui/format.ts';
import { NoticeBox } from '../../ui/notice-box.tsx';
import { standingOf, useFreshness } from './standing.ts';
import { isSyncing, progressText, UNANSWERED } from './sync-stages.tsx';

/** What is being read now, else what waits for its turn. */
function firstOpen(stages: SyncStatus['stages']) {
  return (
    stages.find(({ state }) => state === 'running') ??
    stages.find(({ state }) => state === 'waiting')
  );
}

/** The stages of a shop: what is read, and what of that is not in the figures yet. */
function useStages(shop: Shop) {
  const isLoading = isSyncing(shop.sync);
  const sync = useQuery({
    ...syncQuery(shop.shopKey),
    initialData: shop.sync,
    enabled: isLoading,
    refetchInterval: 3_000,
  });
  const { stages } = isLoading ? sync.data : shop.sync;
  const { freshness, isUnanswered } = useFreshness(shop, stages);
  const uncounted =
    freshness === undefined
      ? undefined
      : stages.filter((stage) => standingOf(stage, freshness).kind === 'counting');
  return { stages, uncounted, isUnanswered };
}

/** The last rows of a history have come into the figures: those that are shown are from before. */
function useLastRows({ shopKey }: Shop, uncounted: number | undefined): void {
  const client = useQueryClient();
  const before = useRef(uncounted);
  useEffect(() => {
    if (uncounted === undefined) {
      return;
    }
    if (before.current !== undefined && uncounted < before.current) {
      void client.invalidateQueries({ queryKey: ['shop', shopKey, 'figures'] });
    }
    before.current = uncounted;
  }, [client, shopKey, uncounted]);
}

/** Above figures that are still filling up, or that no longer do. */
export function SyncBanner({ shop }: { readonly shop: Shop }) {
  const { stages, uncounted, isUnanswered } = useStages(shop);
  useLastRows(shop, uncounted?.length);
  if (shop.status === 'reauth_required') {
    return (
      <NoticeBox tone="warn">
        TikTok Shop no longer accepts our access to this shop, so nothing new is read. If you ended
        it there, what we hold of the shop is erased within a day.{' '}
        <Link to="/settings/connect" className="link">
          Connect it again
        </Link>
      </NoticeBox>
    );
  }
  const empty = shop.categories.filter(({ granted }) => !granted);
  if (empty.length > 0) {
    return (
      <NoticeBox tone="warn">
        TikTok Shop no longer lets us read what feeds these parts, so nothing new arrives there:{' '}
        {empty.map(({ purpose }) => purpose.toLowerCase()).join('; ')}. All other figures go on.{' '}
        <Link to="/settings/connect" className="link">
          Connect again and approve all four
        </Link>
      </NoticeBox>
    );
  }
  const stage = firstOpen(stages);
  if (stage !== undefined) {
    const oldest = stage.oldestLoaded;
    return (
      <Progress>
        History is being read, newest first: {progressText(stage, { kind: 'reading' })}
        {oldest === null ? '' : `, back to ${formatInstant(oldest, shop.timezone)}`}.
      </Progress>
    );
  }
  if (isUnanswered) {
    return <Progress>{UNANSWERED}</Progress>;
  }
  return uncounted === undefined || uncounted.length === 0 ? null : (
    <Progress>
      History has been read and is being counted:{' '}
      {uncounted.map(({ progress }) => `${formatCount(progress.done)} ${progress.unit}`).join(', ')}
      . Figures may still change.
    </Progress>
  );
}

function Progress({ children }: { readonly children: ReactNode }) {
  return (
    <NoticeBox>
      <span className="flex flex-wrap justify-between gap-x-6 gap-y-1">
        <span>{children}</span>
        <Link to="/settings/connect" className="link">
          All stages
        </Link>
      </span>
    </NoticeBox>
  );
}
