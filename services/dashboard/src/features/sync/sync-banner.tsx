import type { Shop } from '@tokometrics/contracts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { syncQuery } from '../../api/shops.ts';
import { formatInstant } from '../../ui/format.ts';
import { NoticeBox } from '../../ui/notice-box.tsx';
import { isSyncing, progressText } from './sync-stages.tsx';

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
        TikTok Shop no longer accepts our access to this shop, so nothing new is read.{' '}
        <Link to="/settings/connect" className="link">
          Connect it again
        </Link>
      </NoticeBox>
    );
  }
  const orders = sync.data.stages.find(({ resource }) => resource === 'order');
  if (!isLoading || !isSyncing(sync.data) || orders === undefined) {
    return null;
  }
  const oldest = orders.oldestLoaded;
  return (
    <NoticeBox>
      <span className="flex flex-wrap justify-between gap-x-6 gap-y-1">
        <span>
          History is being read, newest first: {progressText(orders)}
          {oldest === null ? '' : `, back to ${formatInstant(oldest, shop.timezone)}`}.
        </span>
        <Link to="/settings/connect" className="link">
          All stages
        </Link>
      </span>
    </NoticeBox>
  );
}
