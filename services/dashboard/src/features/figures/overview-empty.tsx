import type { OverviewReply } from '@tokometrics/contracts';
import { useQuery } from '@tanstack/react-query';
import { overviewQuery } from '../../api/figures.ts';
import { Button } from '../../ui/button.tsx';
import { formatDay } from '../../ui/format.ts';
import { Empty } from '../../ui/notice-box.tsx';
import { windowEnding } from '../filters/search.ts';

export type EmptyKind = 'beyond_retention' | 'no_sales';

/** Whether the page has something to show; a zero that is known is shown as one, with a way out. */
export function emptyKindOf(reply: OverviewReply): EmptyKind | undefined {
  const values = reply.tiles.map(({ value }) => value);
  if (values.every(({ reason }) => reason === 'beyond_retention')) {
    return 'beyond_retention';
  }
  const hasAny = values.some(({ value }) => value !== null && Number(value) !== 0);
  return hasAny || reply.tiles.some(({ value }) => value.state === 'backfilling')
    ? undefined
    : 'no_sales';
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
  return <NoSales shopKey={shopKey} onDates={onDates} />;
}

/** The newest day with sales, looked for in the last twelve months. */
function NoSales({ shopKey, onDates }: Omit<OverviewEmptyProps, 'kind'>) {
  const year = useQuery(
    overviewQuery({ shop: shopKey, range: '12mo', grain: 'day', compare: 'none' }),
  );
  const newest = year.data?.main.current.points.findLast(
    ({ value }) => value !== null && Number(value) !== 0,
  )?.date;
  return (
    <Empty title="No sales in this range">
      <p className="text-soft">
        {newest === undefined
          ? 'The last twelve months hold no sale that is known.'
          : `The newest day with sales is ${formatDay(newest)}.`}
      </p>
      {newest === undefined ? null : (
        <Button onClick={() => onDates(windowEnding(newest, 28))}>
          Show the four weeks up to {formatDay(newest)}
        </Button>
      )}
    </Empty>
  );
}
