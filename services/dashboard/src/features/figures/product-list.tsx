import type { MetricId, ProductMetric, ProductsReply } from '@tokometrics/contracts';
import { productMetric } from '@tokometrics/contracts';
import { useQuery } from '@tanstack/react-query';
import { productsQuery } from '../../api/figures.ts';
import type { QueryValues } from '../../api/client.ts';
import { Choice } from '../filters/filter-bar.tsx';
import { ProductLink } from '../products/product-link.tsx';
import { stateText } from '../../ui/figure-state.ts';
import { formatCount, formatShare, nullText } from '../../ui/format.ts';
import { Icon } from '../../ui/icon.tsx';
import { ErrorBox } from '../../ui/notice-box.tsx';
import { RowsSkeleton } from '../../ui/skeleton.tsx';
import { Figure } from './figure.tsx';

const PRODUCT_METRICS = {
  gross_sales: 'Gross sales',
  net_sales: 'Net sales',
  units: 'Units',
  orders: 'Orders',
} as const satisfies Readonly<Record<ProductMetric, string>>;

/** The figure that products are ranked by beside this one. */
export const rankedBy = (metric: MetricId): ProductMetric =>
  productMetric.safeParse(metric).data ?? 'gross_sales';

interface ProductListProps {
  readonly query: QueryValues;
  readonly metric: ProductMetric;
  readonly onMetric: (metric: ProductMetric) => void;
  readonly onRows: (metric: ProductMetric, productId: string) => void;
}

const TOP = 10;

export function ProductList({ query, metric, onMetric, onRows }: ProductListProps) {
  const products = useQuery(
    productsQuery({ ...query, compare: undefined, grain: undefined, metric, limit: TOP }),
  );
  return (
    <section aria-labelledby="top-products" className="sheet">
      <header className="flex flex-wrap items-end justify-between gap-3 px-4 py-3 md:px-5">
        <h2 id="top-products" className="text-[1.15rem]">
          Top products
        </h2>
        <Choice
          label="Ranked by"
          value={metric}
          options={Object.entries(PRODUCT_METRICS)}
          onChange={(value) => {
            onMetric(productMetric.parse(value));
          }}
        />
      </header>
      {products.isPending ? <RowsSkeleton rows={TOP} /> : null}
      {products.isError ? (
        <div className="p-4">
          <ErrorBox error={products.error} onRetry={() => void products.refetch()} />
        </div>
      ) : null}
      {products.data === undefined ? null : (
        <Ranking
          data={products.data}
          metric={metric}
          onRows={onRows}
          isBusy={products.isPlaceholderData}
        />
      )}
    </section>
  );
}

/** Why the ranking is empty; that nothing was sold is said only where all is known. */
function nothingText(totals: ProductsReply['totals']): string {
  if (totals.value === null) {
    return `${nullText(totals.reason)}.`;
  }
  return stateText(totals) === undefined
    ? 'No product was sold in this range.'
    : 'No sale of a product is known in this range.';
}

interface RankingProps extends Pick<ProductListProps, 'metric' | 'onRows'> {
  readonly data: ProductsReply;
  readonly isBusy: boolean;
}

function Ranking({ data, metric, onRows, isBusy }: RankingProps) {
  if (data.items.length === 0) {
    return <p className="px-5 pb-6 text-soft">{nothingText(data.totals)}</p>;
  }
  const hasRest = data.notAllocated.value !== null && Number(data.notAllocated.value) !== 0;
  return (
    <table className={`ledger ${isBusy ? 'opacity-60' : ''}`}>
      <thead>
        <tr>
          <th scope="col" className="label w-10">
            #
          </th>
          <th scope="col" className="label">
            Product
          </th>
          <th scope="col" className="label w-[22%]">
            Share
          </th>
          <th scope="col" className="label number">
            Units
          </th>
          <th scope="col" className="label number">
            {PRODUCT_METRICS[metric]}
          </th>
        </tr>
      </thead>
      <tbody>
        {data.items.map(({ rank, productId, title, value, units, share }) => (
          <tr key={productId}>
            <td data-label="Rank" className="text-soft max-md:!hidden">
              {rank}
            </td>
            <td data-label="Product" className="wide md:max-w-[26rem]">
              <span className="line-clamp-2">
                <ProductLink productId={productId} keepsRange>
                  {title}
                </ProductLink>
              </span>
            </td>
            <td data-label="Share" className="!align-middle">
              <ShareBar share={share} />
            </td>
            <td data-label="Units" className="number">
              {formatCount(units)}
            </td>
            <td data-label={PRODUCT_METRICS[metric]} className="number">
              <span className="inline-flex items-center gap-2">
                <Figure value={value} />
                <button
                  type="button"
                  aria-label={`Rows behind ${PRODUCT_METRICS[metric]} of ${title}`}
                  title="Rows behind this number"
                  className="inline-flex size-7 items-center justify-center rounded-full text-soft hover:bg-sheet hover:text-ink"
                  onClick={() => onRows(metric, productId)}
                >
                  <Icon name="rows" size={15} />
                </button>
              </span>
            </td>
          </tr>
        ))}
        {hasRest ? (
          <tr>
            <td className="max-md:!hidden" />
            <td colSpan={3} className="text-soft">
              Not split by product at the source
            </td>
            <td className="number pr-[44px]">
              <Figure value={data.notAllocated} />
            </td>
          </tr>
        ) : null}
      </tbody>
    </table>
  );
}

/** Drawn with attributes of SVG: the bar's length is data, not style. */
function ShareBar({ share }: { readonly share: string | null }) {
  if (share === null) {
    return <span className="text-soft">n/a</span>;
  }
  const width = Math.max(0, Math.min(100, Number(share) * 100));
  return (
    <span className="flex items-center gap-2">
      <svg width="100%" height="8" aria-hidden="true" className="min-w-0 flex-1">
        <rect width="100%" height="8" rx="1" className="fill-well" />
        <rect width={`${width}%`} height="8" rx="1" className="fill-series" />
      </svg>
      <span className="w-12 flex-none text-right text-[0.82rem]">{formatShare(share)}</span>
    </span>
  );
}
