import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { shopsQuery } from '../api/shops.ts';
import { PageHead } from '../features/frame/page-head.tsx';
import { SettingsTabs } from '../features/frame/settings-tabs.tsx';
import { ConnectForm } from '../features/shop/connect-form.tsx';
import { ConnectOutcome } from '../features/shop/connect-outcome.tsx';
import { ShopCard } from '../features/shop/shop-card.tsx';
import { Button } from '../ui/button.tsx';
import { ErrorBox } from '../ui/notice-box.tsx';
import { Skeleton } from '../ui/skeleton.tsx';

const route = getRouteApi('/app/settings/connect');

/** Leaves for the platform; the browser comes back to this page. */
const leaveFor = (address: string) => globalThis.location.assign(address);

export function ConnectPage() {
  const { connectId } = route.useSearch();
  const shops = useQuery({ ...shopsQuery, refetchInterval: 10_000 });
  const [wantsMore, setWantsMore] = useState(false);
  const items = shops.data ?? [];
  const showForm = shops.isSuccess && (items.length === 0 || wantsMore);
  return (
    <>
      <PageHead title="Shops">
        <SettingsTabs />
      </PageHead>
      <div className="flex max-w-[52rem] flex-col gap-5">
        {connectId === undefined ? null : <ConnectOutcome connectId={connectId} />}
        {shops.isPending ? <Skeleton className="h-64 w-full" /> : null}
        {shops.isError ? (
          <ErrorBox error={shops.error} onRetry={() => void shops.refetch()} />
        ) : null}
        {items.map((shop) => (
          <ShopCard key={`${shop.shopKey} ${shop.epoch}`} shop={shop} />
        ))}
        {showForm ? <Connect isFirst={items.length === 0} /> : null}
        {shops.isSuccess && !showForm ? (
          <Button className="self-start" onClick={() => setWantsMore(true)}>
            Connect another shop, or one again
          </Button>
        ) : null}
      </div>
    </>
  );
}

function Connect({ isFirst }: { readonly isFirst: boolean }) {
  return (
    <section aria-labelledby="connect-shop" className="flex flex-col gap-4">
      <h2 id="connect-shop" className="text-[1.3rem]">
        Connect a TikTok Shop
      </h2>
      {!isFirst ? null : (
        <p className="text-soft">
          No shop is connected yet. Today’s numbers appear within a minute of your approval, and the
          history follows, newest first.
        </p>
      )}
      <ConnectForm onAuthorize={leaveFor} />
    </section>
  );
}
