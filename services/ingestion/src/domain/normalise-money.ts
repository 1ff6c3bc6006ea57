import { Rejected } from './rejected.ts';

// Decimal(18,4) holds 14 digits before the point; more is refused, never clamped.
const FITS = /^-?\d{1,14}(\.\d{1,4})?$/;
const TRAILING = /^(-?\d{1,14})\.(\d{4})0+$/;

/** Decimal text as it is stored; absent is zero. What does not fit is refused, since clamped money is false money. */
export function money(text: string | undefined): string {
  if (text === undefined || text === '') {
    return '0';
  }
  if (FITS.test(text)) {
    return text;
  }
  const cut = TRAILING.exec(text);
  if (cut !== null) {
    return `${cut[1] ?? ''}.${cut[2] ?? ''}`;
  }
  throw new Rejected('range');
}

// Decimal(18,8) holds ten digits before the point.
const RATE = /^(\d{1,10})(?:(\.\d{1,8})0*)?$/;

/** A rate as it is stored; absent is zero, since no rate is zero. */
export function rateOf(text: string | undefined): string {
  if (text === undefined) {
    return '0';
  }
  const fits = RATE.exec(text);
  if (fits === null) {
    throw new Rejected('range');
  }
  return `${fits[1] ?? ''}${fits[2] ?? ''}`;
}

const CURRENCY = /^[A-Z]{3}$/;

/** Every amount needs its currency: without one the record is parked, not guessed. */
export function currencyOf(...candidates: (string | undefined)[]): string {
  const found = candidates.find((candidate) => candidate !== undefined && candidate !== '');
  if (found === undefined || !CURRENCY.test(found)) {
    throw new Rejected('currency');
  }
  return found;
}
