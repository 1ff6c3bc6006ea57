import type { MetricId, ProductReply, Shop } from '@tokometrics/contracts';
import { localDateOf } from '@tokometrics/contracts';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { productQuery } from '../api/figures.ts';
import { isProblem } from '../api/problem.ts';
import { FreshnessLine } from '../features/figures/freshness-line.tsx';
import { MainChart } from '../features/figures/main-chart.tsx';
import { MetricTile, TileGrid } from '../features/figures/metric-tile.tsx';
import { UnreadNotice } from '../features/figures/unread-notice.tsx';
import { FilterBar } from '../features/filters/filter-bar.tsx';
import type { OverviewSearch } from '../features/filters/search.ts';
import { figureQuery, productSearch, sameRange } from '../features/filters/search.ts';
import { PageHead } from '../features/frame/page-head.tsx';
import { ListingNotice } from '../features/products/listing-notice.tsx';
import { NoProduct } from '../features/products/no-product.tsx';
import { PriceHistory } from '../features/products/price-history.tsx';
import { SkuTable } from '../features/products/sku-table.tsx';
import { LazyProofPanel } from '../features/proof/lazy-proof-panel.tsx';
import { ShopPage } from '../features/shop/shop-page.tsx';
import { SyncBanner } from '../features/sync/sync-banner.tsx';
import { isLoading, isMissing } from '../ui/figure-state.ts';
import { formatDay, formatRange, formatWord, formatZone } from '../ui/format.ts';
import { Icon } from '../ui/icon.tsx';
import { ErrorBox } from '../ui/notice-box.tsx';
import { PageSkeleton } from '../ui/skeleton.tsx';

const route = getRouteApi('/app/products/$productId');

export function ProductPage() {
  return <ShopPage>{(shop) => <Product shop={shop} />}</ShopPage>;
}

/** What the address says, and the ways to change it. */
function usePage(shop: Shop) {
  const { productId } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = { ...figureQuery(search, shop.shopKey), compare: 'none' };
  const metric = search.metric ?? 'gross_sales';
  const product = useQuery(productQuery(productId, { ...query, metric }));
  // Filters are those of a shop: what a product has not is left out.
  const change = (part: Partial<OverviewSearch>, isStep = false) =>
    void navigate({
      search: (old) => productSearch.parse({ ...old, ...part }),
      ...{ replace: !isStep, resetScroll: false },
    });
  const openRows = (rows: MetricId, at?: string) => change({ rows, at }, true);
  return { productId, search, metric, query, product, change, openRows };
}
type Page = ReturnType<typeof usePage>;

function Product({ shop }: { readonly shop: Shop }) {
  const page = usePage(shop);
  const { productId, search, query, product, change } = page;
  const reply = product.data;
  return (
    <>
      <Head shop={shop} page={page} />
      <div className="flex flex-col gap-4">
        <SyncBanner shop={shop} />
        {product.isPending ? <PageSkeleton /> : null}
        {isProblem(product.error, 'resource.not_found') ? (
          <NoProduct shop={shop} />
        ) : product.isError ? (
          <ErrorBox error={product.error} onRetry={() => void product.refetch()} />
        ) : null}
        {reply === undefined || product.isError ? null : (
          <Detail key={reply.productId} reply={reply} page={page} />
        )}
      </div>
      {search.rows === undefined ? null : (
        <LazyProofPanel
          metric={search.rows}
          query={query}
          at={search.at}
          productId={productId}
          onClose={() => change({ rows: undefined, at: undefined })}
        />
      )}
    </>
  );
}

interface HeadProps {
  readonly shop: Shop;
  readonly page: Page;
}

function Head({ shop, page: { productId, search, product, change } }: HeadProps) {
  const [today] = useState(() => localDateOf(shop.timezone, Math.floor(Date.now() / 1000)));
  const reply = product.data;
  return (
    <PageHead
      title={reply?.title ?? `Product ${productId}`}
      subtitle={reply === undefined ? ' ' : subtitleOf(reply)}
      aside={
        <>
          <Link
            to="/overview"
            search={sameRange}
            className="link inline-flex items-center gap-1 text-[0.9rem]"
          >
            <Icon name="left" size={14} />
            Overview
          </Link>
          {reply === undefined ? null : (
            <FreshnessLine
              freshness={reply.meta.freshness}
              isLoading={isLoading(reply.values)}
              isMissing={isMissing(reply.values)}
              timezone={reply.meta.timezone}
              onRefresh={product.refetch}
            />
          )}
        </>
      }
    >
      <FilterBar
        key={`${search.range ?? ''}${search.from ?? ''}${search.to ?? ''}`}
        of="product"
        filters={search}
        grain={reply?.meta.grain}
        today={today}
        onChange={(filters) => change(filters)}
      />
    </PageHead>
  );
}

function subtitleOf({ meta, productId, status, seenDate }: ProductReply): string {
  const word = status === 'ACTIVATE' ? 'Live' : formatWord(status);
  const listed = seenDate === null ? 'not listed' : `${word}, read ${formatDay(seenDate)}`;
  const range = formatRange(meta.window.from, meta.window.to);
  return `${productId} · ${listed} · ${range} · ${formatZone(meta.timezone)}`;
}

interface DetailProps {
  readonly reply: ProductReply;
  readonly page: Page;
}

/** As the ranking says of what is left over. */
const UNSPLIT = 'before settled refunds: not split by product at the source';

function Detail({ reply, page: { metric, product, change, openRows } }: DetailProps) {
  const { meta, values, main } = reply;
  return (
    <>
      <UnreadNotice tiles={values.map((value) => ({ value }))} {...meta} />
      <ListingNotice listing={reply.listing} timezone={meta.timezone} />
      <TileGrid label="Figures of the product in the range">
        {values.map((value) => (
          <MetricTile
            key={value.metric}
            value={value}
            delta={undefined}
            caption={value.metric === 'net_sales' ? UNSPLIT : ''}
            isChosen={value.metric === metric}
            onChoose={(chosen) => change({ metric: chosen })}
            onRows={(rows) => openRows(rows)}
          />
        ))}
      </TileGrid>
      <MainChart
        reply={{ meta, main: { current: main, baseline: null } }}
        isBusy={product.isPlaceholderData}
        onRows={(rows, at) => openRows(rows, at)}
      />
      <SkuTable {...reply} timezone={meta.timezone} />
      <PriceHistory priceHistory={reply.priceHistory} skus={reply.skus} />
    </>
  );
}
