import {
  addDays,
  basis,
  daysBetween,
  granularity,
  localDate,
  metricId,
  productMetric,
  RANGES,
  shopKey,
} from '@tokometrics/contracts';
import type { Granularity } from '@tokometrics/contracts';
import { z } from 'zod';
import type { QueryValues } from '../../api/client.ts';

/** A damaged address still opens the page: what cannot be read is left out. */
const lenient = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);

const compare = z.enum(['previous_period', 'previous_year', 'none']);

/** Which rows are open: the panel is part of the address, so that Back closes it. */
const rows = {
  rows: lenient(metricId),
  at: lenient(z.iso.datetime()),
  product: lenient(z.string().regex(/^\d{1,20}$/)),
};
const whose = { shop: lenient(shopKey) };
const when = {
  range: lenient(z.enum(RANGES)),
  from: lenient(localDate),
  to: lenient(localDate),
};

export const overviewSearch = z.object({
  ...whose,
  ...when,
  grain: lenient(granularity),
  basis: lenient(basis),
  compare: lenient(compare),
  metric: lenient(metricId),
  ...rows,
});
export type OverviewSearch = z.infer<typeof overviewSearch>;

export const productSearch = z.object({
  ...whose,
  ...when,
  // A product has no figures by hour.
  grain: lenient(granularity.exclude(['hour'])),
  basis: lenient(basis),
  metric: lenient(productMetric),
  rows: rows.rows,
  at: rows.at,
});

export const todaySearch = z.object({ ...whose, metric: lenient(metricId), ...rows });
export const ordersSearch = z.object({
  ...whose,
  ...when,
  status: lenient(z.string().max(40)),
  q: lenient(z.string().regex(/^\d{1,20}$/)),
});
export type OrdersSearch = z.infer<typeof ordersSearch>;
export const orderSearch = z.object(whose);
export const connectSearch = z.object({ connectId: lenient(z.string().max(40)) });
export const privacySearch = z.object({ request: lenient(z.string().max(40)) });
export const loginSearch = z.object({ next: lenient(z.string().max(500)) });
export const verifySearch = z.object({ token: lenient(z.string().max(100)) });

/** Only a path of ours is followed after signing in. */
export const safeNext = (next: string | undefined): string | undefined =>
  next !== undefined && /^\/(?![/\\])/.test(next) && !next.startsWith('/login') ? next : undefined;

/** From a figure to another page about the same days. */
export const sameRange = ({ shop, range, from, to, basis: asked }: OverviewSearch) => ({
  ...{ shop, range, from, to, basis: asked },
});

/* Plain text in the address: an order number is not a number, and no value is JSON. */
export const parseSearch = (text: string): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(text));

/** Defaults are left out and names are sorted: one view has one address. */
const DEFAULTS: Readonly<Record<string, string>> = {
  basis: 'activity',
  compare: 'previous_period',
  metric: 'gross_sales',
};

export function stringifySearch(search: Readonly<Record<string, unknown>>): string {
  const known = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (typeof value === 'string' && value !== '' && DEFAULTS[name] !== value) {
      known.append(name, value);
    }
  }
  known.sort();
  const text = known.toString();
  return text === '' ? '' : `?${text}`;
}

/** A half pair of dates is none; a range by name and dates at once is the dates. */
export function rangeOf({ range, from, to }: Pick<OverviewSearch, 'range' | 'from' | 'to'>) {
  return from !== undefined && to !== undefined
    ? { from, to, range: undefined }
    : { from: undefined, to: undefined, range: range ?? '28d' };
}

export function figureQuery(search: OverviewSearch, shop: string): QueryValues {
  const { grain, basis: asked, compare: against } = search;
  return { shop, ...rangeOf(search), grain, basis: asked, compare: against };
}

const DAYS: Readonly<Record<(typeof RANGES)[number], number>> = {
  today: 1,
  yesterday: 1,
  '7d': 7,
  '28d': 28,
  '91d': 91,
  mtd: 31,
  '12mo': 366,
};
const MAX_POINTS = 800;

/** Intervals that keep the chart within its points and give it at least two of them. */
export function grainsOf(search: Pick<OverviewSearch, 'range' | 'from' | 'to'>): Granularity[] {
  const { range, from, to } = rangeOf(search);
  const days = range === undefined ? daysBetween(from, to) : DAYS[range];
  const points: readonly (readonly [Granularity, number])[] = [
    ['hour', days * 24],
    ['day', days],
    ['week', days / 7],
    ['month', days / 30],
  ];
  const fit = points.filter(([, count]) => count <= MAX_POINTS && count >= 1);
  // Dates that make no range are the server's to refuse; the choice stays a choice.
  return fit.length === 0 ? ['day'] : fit.map(([grain]) => grain);
}

export const RANGE_TEXT: Readonly<Record<(typeof RANGES)[number], string>> = {
  today: 'Today',
  yesterday: 'Yesterday',
  '7d': 'Last 7 days',
  '28d': 'Last 28 days',
  '91d': 'Last 91 days',
  mtd: 'Month to date',
  '12mo': 'Last 12 months',
};

/** The window that holds everything up to and including a day, as long as another one. */
export function windowEnding(last: string, days: number): { from: string; to: string } {
  const to = addDays(last, 1);
  return { from: addDays(to, -days), to };
}
