import { z } from 'zod';

/** Decimal text with at most four digits behind the point: money on the wire and in events. */
export const decimal = z.string().regex(/^-?\d{1,14}(\.\d{1,4})?$/);

/** Rate between two currencies, with at most eight digits behind the point. */
export const exchangeRate = z.string().regex(/^\d{1,10}(\.\d{1,8})?$/);

export const currency = z.string().regex(/^[A-Z]{3}$/);

/** Money printed on a source document (order, line, statement). Not a metric. */
export const amount = z.object({ amount: decimal, currency });
export type Amount = z.infer<typeof amount>;

const SCALE = 10_000n;
const DECIMAL_TEXT = /^(-?)(\d+)(?:\.(\d{1,4}))?$/;

/** Decimal text → integer ten-thousandths. Throws on anything else: money is never guessed. */
export function toUnits(text: string): bigint {
  const match = DECIMAL_TEXT.exec(text);
  if (match === null) {
    throw new RangeError('not a decimal with at most four digits');
  }
  const [, sign, whole = '0', fraction = ''] = match;
  const units = BigInt(whole) * SCALE + BigInt(fraction.padEnd(4, '0'));
  return sign === '-' ? -units : units;
}

/** Integer ten-thousandths → canonical decimal text with at least `digits` digits. */
export function fromUnits(units: bigint, digits = 0): string {
  const negative = units < 0n;
  const absolute = negative ? -units : units;
  const fraction = (absolute % SCALE).toString().padStart(4, '0').replace(/0+$/, '');
  const padded = fraction.padEnd(digits, '0');
  const text = `${absolute / SCALE}${padded === '' ? '' : `.${padded}`}`;
  return negative ? `-${text}` : text;
}

/** Exact sum of decimal texts of ONE currency; the caller proves that they share it. */
export function sumDecimals(values: Iterable<string>): string {
  let total = 0n;
  for (const value of values) {
    total += toUnits(value);
  }
  return fromUnits(total);
}

/** numerator / denominator, rounded half-even to `digits` digits. Undefined when dividing by 0. */
export function divideHalfEven(
  numerator: bigint,
  denominator: bigint,
  digits: number,
): string | undefined {
  if (denominator === 0n) {
    return undefined;
  }
  const negative = numerator < 0n !== denominator < 0n;
  const top = (numerator < 0n ? -numerator : numerator) * 10n ** BigInt(digits);
  const bottom = denominator < 0n ? -denominator : denominator;
  let quotient = top / bottom;
  const twice = (top % bottom) * 2n;
  if (twice > bottom || (twice === bottom && quotient % 2n === 1n)) {
    quotient += 1n;
  }
  const text = quotient.toString().padStart(digits + 1, '0');
  const whole = text.slice(0, text.length - digits);
  const fraction = digits === 0 ? '' : `.${text.slice(text.length - digits)}`;
  return `${negative && quotient !== 0n ? '-' : ''}${whole}${fraction}`;
}
