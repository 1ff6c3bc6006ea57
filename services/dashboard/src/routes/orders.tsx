import type { OrdersReply, Shop } from '@tokometrics/contracts';
import { RANGES } from '@tokometrics/contracts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { ordersQuery } from '../api/figures.ts';
import { FreshnessLine } from '../features/figures/freshness-line.tsx';
import { UnreadRecords } from '../features/figures/unread-notice.tsx';
import { Choice } from '../features/filters/filter-bar.tsx';
import type { OrdersSearch } from '../features/filters/search.ts';
import { RANGE_TEXT } from '../features/filters/search.ts';
import { PageHead } from '../features/frame/page-head.tsx';
import { NoOrders, OrderListEnd } from '../features/orders/order-list-end.tsx';
import { OrderSearch } from '../features/orders/order-search.tsx';
import { OrderTable } from '../features/orders/order-table.tsx';
import { ordersKnown } from '../features/orders/orders-known.ts';
import { ShopPage } from '../features/shop/shop-page.tsx';
import { SyncBanner } from '../features/sync/sync-banner.tsx';
import { Button } from '../ui/button.tsx';
import { formatCount, formatWord } from '../ui/format.ts';
import { ErrorBox } from '../ui/notice-box.tsx';
import { RowsSkeleton } from '../ui/skeleton.tsx';

const route = getRouteApi('/app/orders');

export function OrdersPage() {
  return <ShopPage>{(shop) => <Orders shop={shop} />}</ShopPage>;
}

const knownOf = (meta: OrdersReply['meta'] | undefined) =>
  meta === undefined
    ? undefined
    : ordersKnown(meta.freshness, { from: meta.window.fromInstant, to: meta.window.toInstant });

/** What the address says, and the list it asks for. */
function usePage(shop: Shop) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { range, from, to, status, q } = search;
  const dates = from !== undefined && to !== undefined ? { from, to } : { range };
  const orders = useInfiniteQuery(ordersQuery({ shop: shop.shopKey, ...dates, status, q }));
  const change = (part: Partial<OrdersSearch>) =>
    void navigate({ search: (old) => ({ ...old, ...part }), replace: true });
  const items = orders.data?.pages.flatMap((each) => each.items) ?? [];
  // By the newest answer.
  const known = knownOf(orders.data?.pages.at(-1)?.meta);
  return { search, orders, items, known, change };
}
type Page = ReturnType<typeof usePage>;

function Orders({ shop }: { readonly shop: Shop }) {
  const page = usePage(shop);
  const { orders, known } = page;
  return (
    <>
      <PageHead
        title="Orders"
        subtitle="Every order that was read, newest first. No buyer is named: we do not keep them."
        aside={
          known === undefined ? null : (
            <FreshnessLine {...known} timezone={shop.timezone} onRefresh={orders.refetch} />
          )
        }
      >
        <Filters page={page} />
      </PageHead>
      <div className="flex flex-col gap-4">
        <SyncBanner shop={shop} />
        {known === undefined ? null : (
          <UnreadRecords
            freshness={known.freshness}
            timezone={shop.timezone}
            meaning="What they say is not in this list yet."
          />
        )}
        {orders.isError ? (
          <ErrorBox error={orders.error} onRetry={() => void orders.refetch()} />
        ) : null}
        <List page={page} timezone={shop.timezone} />
      </div>
    </>
  );
}

interface ListProps {
  readonly page: Page;
  readonly timezone: string;
}

function List({ page: { search, orders, items, known, change }, timezone }: ListProps) {
  const isWhole = known?.isWhole('order') === true;
  if (items.length > 0) {
    return (
      <>
        <OrderTable items={items} timezone={timezone} isBusy={orders.isPlaceholderData} />
        {orders.isPlaceholderData ? null : (
          <OrderListEnd
            shown={items.length}
            isWhole={isWhole}
            more={orders.hasNextPage ? <More orders={orders} /> : undefined}
          />
        )}
      </>
    );
  }
  // An empty answer to other filters says nothing of these.
  if (orders.isPending || orders.isPlaceholderData) {
    return (
      <div className="sheet">
        <RowsSkeleton rows={12} />
      </div>
    );
  }
  const nothing = { range: undefined, from: undefined, to: undefined };
  return orders.isSuccess ? (
    <NoOrders
      isFiltered={[search.range, search.from, search.status, search.q].some(Boolean)}
      isWhole={isWhole}
      onClear={() => change({ ...nothing, status: undefined, q: undefined })}
    />
  ) : null;
}

function Filters({ page: { search, orders, change } }: { readonly page: Page }) {
  const { range, status, q } = search;
  const statuses = withChosen(orders.data?.pages[0]?.statuses ?? [], status);
  return (
    <div className="flex flex-wrap items-end gap-3 max-md:w-full">
      <Choice
        label="Placed"
        value={range ?? 'all'}
        options={[['all', 'Any time'], ...RANGES.map((name) => [name, RANGE_TEXT[name]] as const)]}
        onChange={(value) =>
          change({
            range: RANGES.find((name) => name === value),
            from: undefined,
            to: undefined,
          })
        }
      />
      <Choice
        label="Status"
        value={status ?? ''}
        options={[['', 'Every status'], ...statuses.map(statusOption)]}
        onChange={(value) => change({ status: value === '' ? undefined : value })}
      />
      <OrderSearch key={q ?? ''} q={q} onSearch={(text) => change({ q: text })} />
    </div>
  );
}

function More({ orders }: Pick<Page, 'orders'>) {
  return (
    <Button disabled={orders.isFetchingNextPage} onClick={() => void orders.fetchNextPage()}>
      {orders.isFetchingNextPage ? 'Loading…' : 'More orders'}
    </Button>
  );
}

const statusOption = ({ status, orders }: Counted): readonly [string, string] => [
  status,
  orders === undefined ? formatWord(status) : `${formatWord(status)} (${formatCount(orders)})`,
];

interface Counted {
  readonly status: string;
  readonly orders?: number;
}

/** The chosen status stays in the list, also where no order has it. */
function withChosen(statuses: readonly Counted[], chosen: string | undefined): readonly Counted[] {
  return chosen === undefined || statuses.some(({ status }) => status === chosen)
    ? statuses
    : [...statuses, { status: chosen }];
}
