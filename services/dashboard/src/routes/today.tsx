import type { Shop, TodayReply } from '@tokometrics/contracts';
import { DICTIONARY } from '@tokometrics/contracts';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { todayQuery } from '../api/figures.ts';
import { comparedText, lineOf, summarise, totalText } from '../charts/chart-model.ts';
import { SeriesChart } from '../charts/series-chart.tsx';
import { FreshnessLine } from '../features/figures/freshness-line.tsx';
import { MetricTile, TileGrid, TilesSkeleton } from '../features/figures/metric-tile.tsx';
import { StatusCounts } from '../features/figures/status-counts.tsx';
import { UnreadNotice } from '../features/figures/unread-notice.tsx';
import { PageHead } from '../features/frame/page-head.tsx';
import { ordersKnown } from '../features/orders/orders-known.ts';
import { LazyProofPanel } from '../features/proof/lazy-proof-panel.tsx';
import { ShopPage } from '../features/shop/shop-page.tsx';
import { SyncBanner } from '../features/sync/sync-banner.tsx';
import { isLoading, isMissing } from '../ui/figure-state.ts';
import { formatDay, formatTick, formatZone } from '../ui/format.ts';
import { ErrorBox } from '../ui/notice-box.tsx';
import { Skeleton } from '../ui/skeleton.tsx';

const route = getRouteApi('/app/today');

export function TodayPage() {
  return <ShopPage>{(shop) => <Today shop={shop} />}</ShopPage>;
}

/** What the address says, and the ways to change it. */
function usePage(shop: Shop) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const metric = search.metric ?? 'gross_sales';
  const today = useQuery(todayQuery({ shop: shop.shopKey, metric }));
  const change = (part: Partial<typeof search>, isStep = false) =>
    void navigate({ search: (old) => ({ ...old, ...part }), replace: !isStep, resetScroll: false });
  return { search, metric, today, change };
}
type Page = ReturnType<typeof usePage>;

function Today({ shop }: { readonly shop: Shop }) {
  const page = usePage(shop);
  const { search, today, change } = page;
  const reply = today.data;
  const shown = reply === undefined ? [] : shownOn(reply);
  return (
    <>
      <PageHead
        title="Today"
        subtitle={
          reply === undefined
            ? ' '
            : `${formatDay(reply.meta.window.from)}, against yesterday at the same time · ${formatZone(reply.meta.timezone)}`
        }
        aside={
          reply === undefined ? null : (
            <FreshnessLine
              freshness={reply.meta.freshness}
              isLoading={isLoading(shown)}
              isMissing={isMissing(shown)}
              timezone={reply.meta.timezone}
              onRefresh={today.refetch}
            />
          )
        }
      />
      <div className="flex flex-col gap-4">
        <SyncBanner shop={shop} />
        {reply === undefined ? null : (
          <UnreadNotice
            tiles={[...reply.tiles, { value: reply.yesterday }, { value: reply.lastWeek }]}
            freshness={reply.meta.freshness}
            timezone={reply.meta.timezone}
          />
        )}
        {today.isError ? (
          <ErrorBox error={today.error} onRetry={() => void today.refetch()} />
        ) : null}
        {today.isPending ? (
          <>
            <TilesSkeleton hasSpark={false} />
            <Skeleton className="h-[24rem] w-full" />
          </>
        ) : null}
        {reply === undefined || today.isError ? null : <Figures reply={reply} page={page} />}
      </div>
      {search.rows === undefined ? null : (
        <LazyProofPanel
          metric={search.rows}
          query={{ shop: shop.shopKey, range: 'today' }}
          onClose={() => change({ rows: undefined })}
        />
      )}
    </>
  );
}

interface FiguresProps {
  readonly reply: TodayReply;
  readonly page: Page;
}

function Figures({ reply, page: { metric, today, change } }: FiguresProps) {
  return (
    <>
      <TileGrid label="Figures of today">
        {reply.tiles.map(({ value, delta }) => (
          <MetricTile
            key={value.metric}
            value={value}
            delta={delta}
            caption="vs yesterday"
            isChosen={value.metric === metric}
            onChoose={(chosen) => change({ metric: chosen })}
            onRows={(rows) => change({ rows }, true)}
          />
        ))}
      </TileGrid>
      <TodayChart reply={reply} isBusy={today.isPlaceholderData} />
      <StatusCounts counts={reply.statusCounts} isWhole={isWhole(reply.meta)} />
    </>
  );
}

const isWhole = ({ freshness, window }: TodayReply['meta']): boolean =>
  ordersKnown(freshness, { from: window.fromInstant, to: window.toInstant }).isWhole('order');

/** Every figure of the page; what today is compared with is shown as well. */
const shownOn = ({ tiles, today, yesterday, lastWeek }: TodayReply) => [
  ...tiles.flatMap(({ value, delta }) => [value, delta.baseline]),
  ...[today, yesterday, lastWeek],
];

function TodayChart({ reply, isBusy }: { readonly reply: TodayReply; readonly isBusy: boolean }) {
  const { today, yesterday, lastWeek } = reply;
  const named = (
    series: TodayReply['today'],
    name: string,
    tone: 'current' | 'baseline' | 'older',
  ) => lineOf(series, { name, tone, grain: 'hour' });
  const line = named(today, 'Today', 'current');
  const { name } = DICTIONARY[today.metric];
  return (
    <section className="sheet overflow-hidden pb-2">
      <SeriesChart
        title={`${name} through the day`}
        summary={todaySummary(reply, line.points.length > 0)}
        lines={[
          line,
          named(yesterday, 'Yesterday', 'baseline'),
          named(lastWeek, 'Same weekday last week', 'older'),
        ]}
        kind="line"
        formatTick={(value) => formatTick(value, today)}
        isBusy={isBusy}
      />
    </section>
  );
}

/** A running total has no highest hour worth naming: the three days' totals are what counts. */
function todaySummary({ today, yesterday, lastWeek }: TodayReply, hasPoints: boolean): string {
  const { name } = DICTIONARY[today.metric];
  if (!hasPoints) {
    return summarise({
      title: name,
      total: totalText(today),
      line: { name: 'Today', tone: 'current', points: [], isMissing: false },
    });
  }
  return `Running total by hour: ${totalText(today)} so far today, ${comparedText(yesterday)} on all of yesterday, ${comparedText(lastWeek)} on the same weekday last week.`;
}
