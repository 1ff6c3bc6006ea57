import type { Shop } from '@tokometrics/contracts';
import { RANGES } from '@tokometrics/contracts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { ordersQuery } from '../api/figures.ts';
import { Choice } from '../features/filters/filter-bar.tsx';
import type { OrdersSearch } from '../features/filters/search.ts';
import { RANGE_TEXT } from '../features/filters/search.ts';
import { PageHead } from '../features/frame/page-head.tsx';
import { OrderSearch } from '../features/orders/order-search.tsx';
import { OrderTable } from '../features/orders/order-table.tsx';
import { ShopPage } from '../features/shop/shop-page.tsx';
import { SyncBanner } from '../features/sync/sync-banner.tsx';
import { Button } from '../ui/button.tsx';
import { formatCount, formatWord } from '../ui/format.ts';
import { Empty, ErrorBox } from '../ui/notice-box.tsx';
import { RowsSkeleton } from '../ui/skeleton.tsx';

const route = getRouteApi('/app/orders');

export function OrdersPage() {
  return <ShopPage>{(shop) => <Orders shop={shop} />}</ShopPage>;
}

function Orders({ shop }: { readonly shop: Shop }) {
  const { range, from, to, status, q } = route.useSearch();
  const navigate = route.useNavigate();
  const change = (part: Partial<OrdersSearch>) =>
    void navigate({ search: (old) => ({ ...old, ...part }), replace: true });
  const dates = from !== undefined && to !== undefined ? { from, to } : { range };
  const orders = useInfiniteQuery(ordersQuery({ shop: shop.shopKey, ...dates, status, q }));
  const pages = orders.data?.pages ?? [];
  const items = pages.flatMap((page) => page.items);
  const statuses = pages[0]?.statuses ?? [];
  const isFiltered = [range, from, status, q].some((value) => value !== undefined);
  const clear = () =>
    change({ range: undefined, from: undefined, to: undefined, status: undefined, q: undefined });
  return (
    <>
      <PageHead
        title="Orders"
        subtitle="Every order that was read, newest first. No buyer is named: we do not keep them."
      >
        <div className="flex flex-wrap items-end gap-3 max-md:w-full">
          <Choice
            label="Placed"
            value={range ?? 'all'}
            options={[
              ['all', 'Any time'],
              ...RANGES.map((name) => [name, RANGE_TEXT[name]] as const),
            ]}
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
            options={[
              ['', 'Every status'],
              ...withChosen(statuses, status).map(
                ({ status: name, orders: count }) =>
                  [
                    name,
                    count === undefined
                      ? formatWord(name)
                      : `${formatWord(name)} (${formatCount(count)})`,
                  ] as const,
              ),
            ]}
            onChange={(value) => change({ status: value === '' ? undefined : value })}
          />
          <OrderSearch key={q ?? ''} q={q} onSearch={(text) => change({ q: text })} />
        </div>
      </PageHead>
      <div className="flex flex-col gap-4">
        <SyncBanner shop={shop} />
        {orders.isError ? (
          <ErrorBox error={orders.error} onRetry={() => void orders.refetch()} />
        ) : null}
        {orders.isPending ? (
          <div className="sheet">
            <RowsSkeleton rows={12} />
          </div>
        ) : null}
        {orders.isSuccess && items.length === 0 ? (
          <NoOrders isFiltered={isFiltered} onClear={clear} />
        ) : null}
        {items.length === 0 ? null : (
          <>
            <OrderTable items={items} timezone={shop.timezone} isBusy={orders.isPlaceholderData} />
            <div className="flex items-center justify-between gap-4 text-[0.87rem] text-soft">
              <span>{formatCount(items.length)} orders shown</span>
              {orders.hasNextPage ? (
                <Button
                  disabled={orders.isFetchingNextPage}
                  onClick={() => void orders.fetchNextPage()}
                >
                  {orders.isFetchingNextPage ? 'Loading…' : 'More orders'}
                </Button>
              ) : (
                <span>That is all of them.</span>
              )}
            </div>
          </>
        )}
      </div>
    </>
  );
}

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

interface NoOrdersProps {
  readonly isFiltered: boolean;
  readonly onClear: () => void;
}

function NoOrders({ isFiltered, onClear }: NoOrdersProps) {
  return isFiltered ? (
    <Empty title="No order fits these filters">
      <Button onClick={onClear}>Clear the filters</Button>
    </Empty>
  ) : (
    <Empty title="No orders yet">
      <p className="text-soft">As soon as the shop’s first order has been read, it stands here.</p>
    </Empty>
  );
}
