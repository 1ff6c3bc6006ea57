import type { Shop, SyncStatus } from '@tokometrics/contracts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { syncQuery } from '../../api/shops.ts';
import { formatInstant } from '../../ui/format.ts';
import { NoticeBox } from '../../ui/notice-box.tsx';
import { isSyncing, progressText } from './sync-stages.tsx';

/** What is being read now, else what waits for its turn. */
function firstOpen(stages: SyncStatus['stages']) {
  return (
    stages.find(({ state }) => state === 'running') ??
    stages.find(({ state }) => state === 'waiting')
  );
}

/** Above figures that are still filling up, or that no longer do. */
export function SyncBanner({ shop }: { readonly shop: Shop }) {
  const isLoading = isSyncing(shop.sync);
  const sync = useQuery({
    ...syncQuery(shop.shopKey),
    initialData: shop.sync,
    enabled: isLoading,
    refetchInterval: 3_000,
  });
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
  const stage = firstOpen(sync.data.stages);
  if (!isLoading || stage === undefined) {
    return null;
  }
  const oldest = stage.oldestLoaded;
  return (
    <NoticeBox>
      <span className="flex flex-wrap justify-between gap-x-6 gap-y-1">
        <span>
          History is being read, newest first: {progressText(stage)}
          {oldest === null ? '' : `, back to ${formatInstant(oldest, shop.timezone)}`}.
        </span>
        <Link to="/settings/connect" className="link">
          All stages
        </Link>
      </span>
    </NoticeBox>
  );
}
