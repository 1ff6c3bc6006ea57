import type { OrdersReply, Resource } from '@tokometrics/contracts';

type Freshness = OrdersReply['meta']['freshness'];
type One = Freshness[number];

/** Instants between which the orders of a page were placed. */
interface Span {
  readonly from: string;
  readonly to: string;
}

/** What an order is known by: itself, and the statements that carry it. */
const FEEDS: ReadonlySet<Resource> = new Set<Resource>(['order', 'transaction']);

const isAfter = (one: string, other: string): boolean => Date.parse(one) > Date.parse(other);

/** A history that is done reaches back to 1970. */
const isLoaded = ({ historyFrom }: One, { from }: Span): boolean =>
  historyFrom !== null && !isAfter(historyFrom, from);

/** What cannot be of these orders is left out: an unread one was placed, and changed, at other times. */
const unreadIn = ({ unread }: One, { from, to }: Span): One['unread'] =>
  unread === null ||
  isAfter(from, unread.through) ||
  (unread.from !== null && isAfter(unread.from, to))
    ? null
    : unread;

/** How much of orders of a time is known, as far as one may say "all". */
export function ordersKnown(all: Freshness, span: Span) {
  const freshness = all
    .filter(({ resource }) => FEEDS.has(resource))
    .map((one) => ({ ...one, unread: unreadIn(one, span) }));
  return {
    freshness,
    isLoading: freshness.some((one) => !isLoaded(one, span)),
    isMissing: freshness.some(({ unread }) => unread !== null),
    /** Whether all of it has been read, and was lately. */
    isWhole: (of: Resource): boolean =>
      freshness.some(
        (one) => one.resource === of && isLoaded(one, span) && one.unread === null && !one.stale,
      ),
  };
}
