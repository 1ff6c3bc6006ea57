import type { Shop } from '@tokometrics/contracts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { syncQuery } from '../../api/shops.ts';
import { buttonClass } from '../../ui/button.tsx';
import { formatDay, formatZone } from '../../ui/format.ts';
import { isSyncing, SyncStages } from '../sync/sync-stages.tsx';

const STATUS = {
  active: { text: 'Connected', tone: 'bg-good-wash text-good' },
  reauth_required: { text: 'Access has ended', tone: 'bg-warn-wash text-warn' },
  paused: { text: 'Paused', tone: 'bg-warn-wash text-warn' },
  disconnecting: { text: 'Being erased', tone: 'bg-bad-wash text-bad' },
} as const;

/** A connected shop: its state, its permissions, and how far it has been read, live. */
export function ShopCard({ shop }: { readonly shop: Shop }) {
  const sync = useQuery({
    ...syncQuery(shop.shopKey),
    initialData: shop.sync,
    enabled: shop.status !== 'disconnecting',
    refetchInterval: ({ state }) =>
      state.data === undefined || isSyncing(state.data) ? 1_500 : 30_000,
  });
  const { stages } = sync.data;
  const orders = stages.find(({ resource }) => resource === 'order');
  // Newest first: once any stretch has been read, today has been.
  const canSeeToday =
    orders !== undefined && (orders.oldestLoaded !== null || orders.state === 'done');
  const status = STATUS[shop.status];
  return (
    <article className="sheet px-5 py-4" data-shop={shop.shopKey}>
      <header className="flex flex-wrap items-start justify-between gap-3">
        <div>
          <h2 className="text-[1.2rem]">{shop.label === '' ? shop.name : shop.label}</h2>
          <p className="text-[0.87rem] text-soft">
            {shop.region} · {shop.currency ?? 'currency not known yet'} ·{' '}
            {formatZone(shop.timezone)} · since {formatDay(shop.connectedAt.slice(0, 10))}
          </p>
        </div>
        <span className={`rounded-[3px] px-2 py-0.5 text-[0.82rem] font-semibold ${status.tone}`}>
          {status.text}
        </span>
      </header>
      {shop.status === 'disconnecting' ? null : (
        <>
          <div className="mt-2">
            <SyncStages shop={shop} stages={stages} />
          </div>
          <div className="mt-3 flex flex-wrap items-center gap-3">
            {canSeeToday ? (
              <Link
                to="/today"
                search={{ shop: shop.shopKey }}
                className={buttonClass({ tone: 'solid', size: 'small' })}
              >
                See today now
              </Link>
            ) : null}
            <Link to="/settings/privacy" search={{}} className={buttonClass({ size: 'small' })}>
              What we hold, disconnect
            </Link>
          </div>
          <Granted shop={shop} />
        </>
      )}
    </article>
  );
}

function Granted({ shop }: { readonly shop: Shop }) {
  const missing = shop.categories.filter(({ granted }) => !granted);
  return (
    <p className="mt-3 text-[0.85rem] text-soft">
      {missing.length === 0
        ? 'All four permissions were granted.'
        : `Not granted: ${missing.map(({ purpose }) => purpose.toLowerCase()).join('; ')}.`}
      {shop.authorizationExpiresAt === null
        ? ''
        : ` The access ends on ${formatDay(shop.authorizationExpiresAt.slice(0, 10))} unless it is renewed.`}
    </p>
  );
}
