import { divideHalfEven, fromUnits, toUnits } from '../money.ts';
import { addDays, addMonths, daysBetween } from '../time.ts';

export interface LocalRange {
  /** Half-open [from, to), local days. */
  readonly from: string;
  readonly to: string;
}

const isFirst = (date: string): boolean => date.endsWith('-01');

/** The period before: calendar ranges step by calendar months, rolling ones by their own length. */
export function previousPeriod({ from, to }: LocalRange): LocalRange {
  if (isFirst(from) && isFirst(to)) {
    const months =
      (Number(to.slice(0, 4)) - Number(from.slice(0, 4))) * 12 +
      Number(to.slice(5, 7)) -
      Number(from.slice(5, 7));
    return { from: addMonths(from, -months), to: from };
  }
  const last = addDays(to, -1);
  if (isFirst(from) && last.slice(0, 7) === from.slice(0, 7)) {
    return { from: addMonths(from, -1), to: addDays(addMonths(last, -1), 1) };
  }
  return { from: addDays(from, -daysBetween(from, to)), to: from };
}

export interface DeltaValue {
  readonly kind: 'percent' | 'absolute' | 'new' | 'no_change' | 'none';
  /** Fraction with six digits for `percent`, plain difference for `absolute`, else null. */
  readonly value: string | null;
  readonly direction: 'up' | 'down' | 'flat';
}

/** Baseline 0 gives `new`, never a percentage; a negative baseline gives the difference alone. */
export function deltaOf(current: string | null, baseline: string | null): DeltaValue {
  if (current === null || baseline === null) {
    return { kind: 'none', value: null, direction: 'flat' };
  }
  const now = toUnits(current);
  const before = toUnits(baseline);
  const difference = now - before;
  const direction = difference > 0n ? 'up' : difference < 0n ? 'down' : 'flat';
  if (difference === 0n) {
    return { kind: 'no_change', value: before === 0n ? null : '0', direction };
  }
  if (before === 0n) {
    return { kind: 'new', value: null, direction };
  }
  if (before < 0n) {
    return { kind: 'absolute', value: fromUnits(difference), direction };
  }
  return { kind: 'percent', value: divideHalfEven(difference, before, 6) ?? null, direction };
}
