/** How a shop's amounts are kept (integers of 10^-scale) and written (at least `shown` decimals). */
export interface MoneyStyle {
  readonly currency: string;
  readonly scale: number;
  readonly shown: number;
}

/** Prices of the retail file have up to three decimals, so its amounts are mills. */
export const GBP_MILLS: MoneyStyle = { currency: 'GBP', scale: 3, shown: 2 };
export const USD_CENTS: MoneyStyle = { currency: 'USD', scale: 2, shown: 2 };
export const IDR_WHOLE: MoneyStyle = { currency: 'IDR', scale: 0, shown: 0 };

/** Decimal text on the wire: a digit past `shown` stays only where it is not zero. */
export function moneyText(amount: number, { scale, shown }: MoneyStyle): string {
  if (!Number.isSafeInteger(amount)) {
    throw new RangeError('an amount left the safe integers');
  }
  const sign = amount < 0 ? '-' : '';
  const digits = String(Math.abs(amount));
  if (scale === 0) {
    return sign + digits;
  }
  const padded = digits.padStart(scale + 1, '0');
  const whole = padded.slice(0, -scale);
  let fraction = padded.slice(-scale);
  while (fraction.length > shown && fraction.endsWith('0')) {
    fraction = fraction.slice(0, -1);
  }
  return `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/** amount × numerator / denominator, rounded half to even; all integers. */
export function shareHalfEven(amount: number, numerator: number, denominator: number): number {
  const product = amount * numerator;
  const floor = Math.floor(product / denominator);
  const twice = 2 * (product - floor * denominator);
  if (twice === denominator) {
    return floor % 2 === 0 ? floor : floor + 1;
  }
  return twice > denominator ? floor + 1 : floor;
}
