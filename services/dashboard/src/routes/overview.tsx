import type { MetricId, OverviewReply, Shop } from '@tokometrics/contracts';
import { localDateOf } from '@tokometrics/contracts';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { overviewQuery } from '../api/figures.ts';
import { lineOf } from '../charts/chart-model.ts';
import { againstText } from '../features/figures/against-text.ts';
import { MainChart } from '../features/figures/main-chart.tsx';
import { FreshnessLine } from '../features/figures/freshness-line.tsx';
import { MetricTile, TileGrid, TilesSkeleton } from '../features/figures/metric-tile.tsx';
import { emptyKindOf, OverviewEmpty } from '../features/figures/overview-empty.tsx';
import { ProductList, rankedBy } from '../features/figures/product-list.tsx';
import { UnreadNotice } from '../features/figures/unread-notice.tsx';
import { FilterBar } from '../features/filters/filter-bar.tsx';
import type { OverviewSearch } from '../features/filters/search.ts';
import { figureQuery } from '../features/filters/search.ts';
import { PageHead } from '../features/frame/page-head.tsx';
import { LazyProofPanel } from '../features/proof/lazy-proof-panel.tsx';
import { ShopPage } from '../features/shop/shop-page.tsx';
import { SyncBanner } from '../features/sync/sync-banner.tsx';
import { isLoading, isMissing } from '../ui/figure-state.ts';
import { formatRange, formatZone } from '../ui/format.ts';
import { ErrorBox } from '../ui/notice-box.tsx';
import { Skeleton } from '../ui/skeleton.tsx';

const route = getRouteApi('/app/overview');

export function OverviewPage() {
  return <ShopPage>{(shop) => <Overview shop={shop} />}</ShopPage>;
}

/** What the address says, and the ways to change it. */
function usePage(shop: Shop) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const metric = search.metric ?? 'gross_sales';
  const query = figureQuery(search, shop.shopKey);
  const overview = useQuery(overviewQuery({ ...query, metric }));
  const change = (part: Partial<OverviewSearch>, isStep = false) =>
    void navigate({ search: (old) => ({ ...old, ...part }), replace: !isStep, resetScroll: false });
  const openRows = (rows: MetricId, at?: string, product?: string) =>
    change({ rows, at, product }, true);
  return { search, metric, query, overview, change, openRows };
}
type Page = ReturnType<typeof usePage>;

function Overview({ shop }: { readonly shop: Shop }) {
  const page = usePage(shop);
  const { search, query, overview, change } = page;
  const reply = overview.data;
  return (
    <>
      <Head shop={shop} page={page} />
      <div className="flex flex-col gap-4">
        <SyncBanner shop={shop} />
        {reply === undefined ? null : (
          <UnreadNotice
            tiles={reply.tiles}
            freshness={reply.meta.freshness}
            timezone={reply.meta.timezone}
          />
        )}
        {overview.isError ? (
          <ErrorBox error={overview.error} onRetry={() => void overview.refetch()} />
        ) : null}
        {overview.isPending ? <OverviewSkeleton /> : null}
        {reply === undefined || overview.isError ? null : (
          <Figures reply={reply} page={page} shopKey={shop.shopKey} />
        )}
      </div>
      {search.rows === undefined ? null : (
        <LazyProofPanel
          metric={search.rows}
          query={query}
          at={search.at}
          productId={search.product}
          onClose={() => change({ rows: undefined, at: undefined, product: undefined })}
        />
      )}
    </>
  );
}

interface HeadProps {
  readonly shop: Shop;
  readonly page: Page;
}

function Head({ shop, page: { search, overview, change } }: HeadProps) {
  const [today] = useState(() => localDateOf(shop.timezone, Math.floor(Date.now() / 1000)));
  const reply = overview.data;
  const shown = (reply?.tiles ?? []).flatMap(({ value, delta }) => [value, delta.baseline]);
  return (
    <PageHead
      title="Overview"
      subtitle={reply === undefined ? ' ' : subtitleOf(reply)}
      aside={
        reply === undefined ? null : (
          <FreshnessLine
            freshness={reply.meta.freshness}
            isLoading={isLoading(shown)}
            isMissing={isMissing(shown)}
            timezone={reply.meta.timezone}
            onRefresh={overview.refetch}
          />
        )
      }
    >
      <FilterBar
        key={`${search.range ?? ''}${search.from ?? ''}${search.to ?? ''}`}
        filters={search}
        grain={reply?.meta.grain}
        today={today}
        onChange={(filters) => change(filters)}
      />
    </PageHead>
  );
}

interface FiguresProps {
  readonly reply: OverviewReply;
  readonly page: Page;
  readonly shopKey: string;
}

function Figures({ reply, page, shopKey }: FiguresProps) {
  const { metric, query, overview, change, openRows } = page;
  const empty = emptyKindOf(reply);
  return (
    <>
      {empty === undefined ? null : (
        <OverviewEmpty
          kind={empty}
          shopKey={shopKey}
          onDates={(dates) =>
            change({ range: undefined, from: dates?.from, to: dates?.to, grain: undefined })
          }
        />
      )}
      <Tiles
        reply={reply}
        metric={metric}
        onChoose={(chosen) => change({ metric: chosen })}
        onRows={(rows) => openRows(rows)}
      />
      <MainChart
        reply={reply}
        isBusy={overview.isPlaceholderData}
        onRows={(rows, at) => openRows(rows, at)}
      />
      <ProductList
        query={query}
        metric={rankedBy(metric)}
        onMetric={(chosen) => change({ metric: chosen })}
        onRows={(rows, product) => openRows(rows, undefined, product)}
      />
    </>
  );
}

function subtitleOf({ meta }: OverviewReply): string {
  const range = formatRange(meta.window.from, meta.window.to);
  const against =
    meta.compare === null ? '' : ` against ${formatRange(meta.compare.from, meta.compare.to)}`;
  return `${range}${against} · ${formatZone(meta.timezone)}`;
}

interface TilesProps {
  readonly reply: OverviewReply;
  readonly metric: MetricId;
  readonly onChoose: (metric: MetricId) => void;
  readonly onRows: (metric: MetricId) => void;
}

function Tiles({ reply, metric, onChoose, onRows }: TilesProps) {
  const { meta, main, tiles } = reply;
  const labels = lineOf(main.current, { name: '', tone: 'current', grain: meta.grain }).points.map(
    ({ label }) => label,
  );
  return (
    <TileGrid label="Figures of the range">
      {tiles.map(({ value, delta, spark }) => (
        <MetricTile
          key={value.metric}
          value={value}
          delta={meta.compare === null ? undefined : delta}
          spark={spark}
          sparkLabels={labels}
          caption={againstText(meta, delta)}
          isChosen={value.metric === metric}
          onChoose={onChoose}
          onRows={onRows}
        />
      ))}
    </TileGrid>
  );
}

function OverviewSkeleton() {
  return (
    <>
      <TilesSkeleton hasSpark />
      <Skeleton className="h-[24rem] w-full" />
      <Skeleton className="h-[28rem] w-full" />
    </>
  );
}
