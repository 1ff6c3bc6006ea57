import type { Amount, MetricValue, NullReason } from '@tokometrics/contracts';
import { currencyDigits, daysBetween } from '@tokometrics/contracts';

/** Language of the product's words; numbers and dates are written the way it does. */
const LOCALE = 'en-GB';
const MINUS = '\u2212';
export const DASH = '\u2014';

const NUMERIC = /^-?\d+(\.\d+)?$/;
const isNumeric = (text: string): text is `${number}` => NUMERIC.test(text);

/** Decimal text is given to Intl as text: it never passes through a floating-point number. */
function formatText(text: string, options: Intl.NumberFormatOptions): string {
  return isNumeric(text)
    ? new Intl.NumberFormat(LOCALE, options).format(text).replace('-', MINUS)
    : text;
}

export function formatMoney(text: string, currency: string): string {
  const digits = currencyDigits(currency);
  return formatText(text, {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

export const formatCount = (text: string | number): string =>
  formatText(String(text), { maximumFractionDigits: 0 });

export const formatAmount = ({ amount, currency }: Amount): string => formatMoney(amount, currency);

/** A fraction as a percentage with one digit. */
export const formatShare = (fraction: string, signed = false): string =>
  formatText(fraction, {
    style: 'percent',
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
    ...(signed ? { signDisplay: 'exceptZero' } : {}),
  });

type Unit = Pick<MetricValue, 'currency' | 'unit'>;

/** The whole figure, every digit that its currency has. */
export function formatFigure(value: string, { currency, unit }: Unit): string {
  if (currency !== undefined) {
    return formatMoney(value, currency);
  }
  return unit === 'ratio' ? formatShare(value) : formatCount(value);
}

const COMPACT_FROM = 10_000;

/** For tiles alone, which carry the whole figure in their title. */
export function formatCompact(value: string, unit: Unit): string {
  if (Math.abs(Number(value)) < COMPACT_FROM || unit.unit === 'ratio') {
    return formatFigure(value, unit);
  }
  return formatText(value, {
    notation: 'compact',
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
    ...(unit.currency === undefined ? {} : { style: 'currency', currency: unit.currency }),
  });
}

/** Round numbers beside an axis: as short as they can be without two of them looking alike. */
export function formatTick(value: number, { currency, unit }: Unit): string {
  return unit === 'ratio'
    ? formatShare(String(value))
    : formatText(String(value), {
        notation: 'compact',
        maximumFractionDigits: 2,
        ...(currency === undefined
          ? {}
          : { style: 'currency', currency, minimumFractionDigits: 0 }),
      });
}

const NULL_TEXT: Readonly<Record<NullReason, string>> = {
  no_data: 'Nothing has been read for this time yet',
  before_connection: 'The history has not been read this far',
  beyond_retention: 'Older than the two years that are kept',
  not_yet: 'Not read yet',
  zero_denominator: 'No orders to divide by',
  non_positive_base: 'The total is not above zero',
  mixed_currency: 'More than one currency: they are never added up',
};

/** Nothing there to show is a dash, nothing that could be worked out is "n/a"; neither is zero. */
export function formatMissing(reason: NullReason | undefined): string {
  return reason === 'not_yet' || reason === 'no_data' || reason === undefined ? DASH : 'n/a';
}

/** `from` is where the time of the value begins: left out where that is past, as of every range. */
export function nullText(reason: NullReason | undefined, from?: string): string {
  if (reason === 'not_yet' && from !== undefined && Date.parse(from) > Date.now()) {
    return 'Has not happened yet';
  }
  return reason === undefined ? 'No value' : NULL_TEXT[reason];
}

/* --- dates: local days of the shop, and instants on the shop's clock ------------------------ */

function dayText(date: string, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(LOCALE, { timeZone: 'UTC', ...options }).format(
    new Date(`${date}T00:00:00Z`),
  );
}

export const formatDay = (date: string): string =>
  dayText(date, { day: 'numeric', month: 'short', year: 'numeric' });

export const formatWeekday = (date: string): string =>
  dayText(date, { weekday: 'short', day: 'numeric', month: 'short' });

export const formatShortDay = (date: string): string =>
  dayText(date, { day: 'numeric', month: 'short' });

export const formatMonth = (date: string): string =>
  dayText(date, { month: 'short', year: '2-digit' });

/** The half-open range [from, to) as people say it: with its last day. */
export function formatRange(from: string, to: string): string {
  const last = new Date(Date.parse(`${to}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
  if (daysBetween(from, to) <= 1) {
    return formatDay(from);
  }
  const first = from.slice(0, 4) === last.slice(0, 4) ? formatShortDay(from) : formatDay(from);
  return `${first} \u2013 ${formatDay(last)}`;
}

export const formatInstant = (instant: string, timeZone?: string): string =>
  new Intl.DateTimeFormat(LOCALE, {
    timeZone,
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  }).format(new Date(instant));

export const formatClock = (instant: string, timeZone?: string): string =>
  new Intl.DateTimeFormat(LOCALE, { timeZone, hour: '2-digit', minute: '2-digit' }).format(
    new Date(instant),
  );

/** Whole units, largest first: what a person says about a wait. */
export function formatSeconds(seconds: number): string {
  if (seconds < 60) {
    return `${Math.max(0, Math.round(seconds))} s`;
  }
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) {
    return `${minutes} min`;
  }
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** "Asia/Ho_Chi_Minh" as it is read aloud. */
export const formatZone = (zone: string): string => zone.replaceAll('_', ' ');

/** A state or a kind of the platform's, in lower case with spaces. */
export const formatWord = (word: string): string => {
  const text = word.replaceAll('_', ' ').toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
};

export const formatRegion = (region: string): string =>
  new Intl.DisplayNames(LOCALE, { type: 'region' }).of(region) ?? region;
