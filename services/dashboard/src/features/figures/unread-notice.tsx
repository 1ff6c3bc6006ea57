import { DICTIONARY } from '@tokometrics/contracts';
import type { MetricId, OverviewReply, Resource } from '@tokometrics/contracts';
import { isMissing } from '../../ui/figure-state.ts';
import type { Stated } from '../../ui/figure-state.ts';
import { formatDay } from '../../ui/format.ts';
import { NoticeBox } from '../../ui/notice-box.tsx';

type Freshness = Pick<OverviewReply['meta']['freshness'][number], 'resource' | 'unread'>;

const NAMES: Readonly<Record<Resource, readonly [one: string, several: string]>> = {
  order: ['order', 'orders'],
  product: ['product', 'products'],
  statement: ['statement', 'statements'],
  transaction: ['line of a statement', 'lines of statements'],
  payment: ['payout', 'payouts'],
  inventory: ['stock level', 'stock levels'],
  unsettled: ['estimate', 'estimates'],
};

/** The day of an instant in the shop's zone. */
const dayIn = (instant: string, timezone: string): string =>
  formatDay(new Intl.DateTimeFormat('en-CA', { timeZone: timezone }).format(new Date(instant)));

function spanOf({ from, through }: NonNullable<Freshness['unread']>, timezone: string): string {
  const last = dayIn(through, timezone);
  if (from === null) {
    return `up to ${last}`;
  }
  const first = dayIn(from, timezone);
  return first === last ? `of ${last}` : `from ${first} to ${last}`;
}

interface Value extends Stated {
  readonly metric: MetricId;
}

interface UnreadNoticeProps {
  readonly tiles: readonly {
    readonly value: Value;
    /** Left out where nothing is compared. */
    readonly delta?: { readonly baseline: Value };
  }[];
  readonly freshness: readonly Freshness[];
  readonly timezone: string;
}

/**
 * What TikTok Shop gave and could not be understood: how much, and which days may lack it. It is told
 * where a figure lacks it, or what a figure is compared with does: that is a false rise.
 */
export function UnreadNotice({ tiles, freshness, timezone }: UnreadNoticeProps) {
  const lacking = tiles
    .flatMap(({ value, delta }) => (delta === undefined ? [value] : [value, delta.baseline]))
    .filter((value) => isMissing([value]));
  const fed = new Set(lacking.flatMap(({ metric }) => DICTIONARY[metric].resources));
  const items = freshness.flatMap(({ resource, unread }) =>
    unread === null || !fed.has(resource)
      ? []
      : [
          `${countOf(resource, unread)}: figures ${spanOf(unread, timezone)} may lack ${unread.records === 1 ? 'it' : 'them'}.`,
        ],
  );
  return <Unread items={items} meaning="What they say is in no figure yet." />;
}

interface UnreadRecordsProps extends Pick<UnreadNoticeProps, 'freshness' | 'timezone'> {
  /** What a reader of the page may miss. */
  readonly meaning: string;
}

/** The same on a page of records: everything of `freshness` feeds it. */
export function UnreadRecords({ freshness, timezone, meaning }: UnreadRecordsProps) {
  const items = freshness.flatMap(({ resource, unread }) =>
    unread === null ? [] : [`${countOf(resource, unread)}, ${spanOf(unread, timezone)}.`],
  );
  return <Unread items={items} meaning={meaning} />;
}

function countOf(resource: Resource, { records }: NonNullable<Freshness['unread']>): string {
  const [one, several] = NAMES[resource];
  return `${String(records)} ${records === 1 ? one : several}`;
}

interface UnreadProps {
  readonly items: readonly string[];
  readonly meaning: string;
}

function Unread({ items, meaning }: UnreadProps) {
  return items.length === 0 ? null : (
    <NoticeBox tone="warn">
      <p>TikTok Shop gave us records that could not be understood. {meaning}</p>
      <ul className="mt-1 list-disc pl-5">
        {items.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </NoticeBox>
  );
}
