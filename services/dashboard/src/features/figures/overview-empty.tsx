import type { MetricValue, OverviewReply } from '@tokometrics/contracts';
import { useQuery } from '@tanstack/react-query';
import { overviewQuery } from '../../api/figures.ts';
import { Button } from '../../ui/button.tsx';
import { isLoading, isMissing } from '../../ui/figure-state.ts';
import { formatDay } from '../../ui/format.ts';
import { Empty } from '../../ui/notice-box.tsx';
import { windowEnding } from '../filters/search.ts';

/** `none_known`: there is no sale so far as is known, and not all is. */
export type EmptyKind = 'beyond_retention' | 'no_sales' | 'none_known';

/** Whether the page has something to show; a zero that is known is shown as one, with a way out. */
export function emptyKindOf(reply: Pick<OverviewReply, 'meta' | 'tiles'>): EmptyKind | undefined {
  const values = reply.tiles.map(({ value }) => value);
  if (values.every(({ reason }) => reason === 'beyond_retention')) {
    return 'beyond_retention';
  }
  if (values.some(isSomething) || isLoading(values)) {
    return undefined;
  }
  return values.every((value) => isFinal(value, reply.meta.window.open))
    ? 'no_sales'
    : 'none_known';
}

/** What cannot be added up for its currencies is there all the same. */
const isSomething = ({ value, reason }: Pick<MetricValue, 'value' | 'reason'>): boolean =>
  value === null ? reason === 'mixed_currency' : Number(value) !== 0;

/** Known, and all of it; a range that is not over may be read up to now at most. */
function isFinal(figure: MetricValue, isOpen: boolean): boolean {
  const { value, reason, state, stale } = figure;
  // No orders to divide by: that is known as well.
  const isKnown = value !== null || reason === 'zero_denominator';
  const isRead = state === 'complete' || (state === 'partial' && isOpen && !stale);
  return isKnown && isRead && !isMissing([figure]);
}

interface OverviewEmptyProps {
  readonly kind: EmptyKind;
  readonly shopKey: string;
  readonly onDates: (dates: { from: string; to: string } | undefined) => void;
}

export function OverviewEmpty({ kind, shopKey, onDates }: OverviewEmptyProps) {
  if (kind === 'beyond_retention') {
    return (
      <Empty title="Older than what is kept">
        <p className="max-w-prose text-soft">
          TikTok Shop data is kept for up to two years (section 6 of the privacy policy). What is
          older was erased.
        </p>
        <Button onClick={() => onDates(undefined)}>Show the last 28 days</Button>
      </Empty>
    );
  }
  return <NoSales kind={kind} shopKey={shopKey} onDates={onDates} />;
}

const TITLES = {
  no_sales: 'No sales in this range',
  none_known: 'No sale is known in this range',
} as const;

interface NoSalesProps extends Omit<OverviewEmptyProps, 'kind'> {
  readonly kind: keyof typeof TITLES;
}

/** The newest day with sales, looked for in the last twelve months. */
function NoSales({ kind, shopKey, onDates }: NoSalesProps) {
  const year = useQuery(
    overviewQuery({ shop: shopKey, range: '12mo', grain: 'day', compare: 'none' }),
  );
  const newest = year.data?.main.current.points.findLast(isSomething)?.date;
  return (
    <Empty title={TITLES[kind]}>
      {kind === 'none_known' ? (
        <p className="text-soft">
          A part of it has not been read yet, or records of it could not be understood.
        </p>
      ) : null}
      {year.data === undefined ? null : (
        <p className="text-soft">
          {newest === undefined
            ? 'The last twelve months hold no sale that is known.'
            : `The newest sale that is known is of ${formatDay(newest)}.`}
        </p>
      )}
      {newest === undefined ? null : (
        <Button onClick={() => onDates(windowEnding(newest, 28))}>
          Show the four weeks up to {formatDay(newest)}
        </Button>
      )}
    </Empty>
  );
}
