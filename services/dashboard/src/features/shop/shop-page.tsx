import type { Shop } from '@tokometrics/contracts';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { buttonClass } from '../../ui/button.tsx';
import { Empty, ErrorBox } from '../../ui/notice-box.tsx';
import { PageSkeleton } from '../../ui/skeleton.tsx';
import { PageHead } from '../frame/page-head.tsx';
import { useShop } from './use-shop.ts';

interface ShopPageProps {
  readonly children: (shop: Shop) => ReactNode;
}

/** What every page of figures needs first: a shop, or the way to connect one. */
export function ShopPage({ children }: ShopPageProps) {
  const { shops, shop } = useShop();
  if (shops.isPending) {
    return <PageSkeleton />;
  }
  if (shops.isError) {
    return <ErrorBox error={shops.error} onRetry={() => void shops.refetch()} />;
  }
  return shop === undefined ? <NotConnected /> : children(shop);
}

function NotConnected() {
  return (
    <>
      <PageHead title="Welcome" />
      <Empty title="No shop is connected yet">
        <p className="max-w-prose text-soft">
          Connect your TikTok Shop to see its figures here. The access is read-only, you approve it
          at TikTok Shop, and you can end it at any time. Today’s numbers appear within a minute,
          the history follows.
        </p>
        <Link to="/settings/connect" className={buttonClass({ tone: 'solid' })}>
          Connect a shop
        </Link>
      </Empty>
    </>
  );
}
