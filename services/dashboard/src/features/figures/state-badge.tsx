import type { MetricValue } from '@tokometrics/contracts';
import { stateText, wordsOf } from '../../ui/figure-state.ts';

const WORDS = {
  doubt: 'in doubt',
  loading: 'loading',
  missing: 'records missing',
  open: 'so far',
} as const;

interface StateBadgeProps {
  readonly value: Pick<MetricValue, 'state' | 'lacks' | 'stale'>;
}

/** A number that may still change says so beside it. */
export function StateBadge({ value }: StateBadgeProps) {
  const words = [...wordsOf(value, WORDS), ...(value.stale ? ['not fresh'] : [])];
  if (words.length === 0) {
    return null;
  }
  return (
    <span
      title={stateText(value)}
      className="flex-none rounded-[3px] bg-warn-wash px-1.5 text-[0.76rem] font-normal text-warn"
    >
      {words.join(', ')}
    </span>
  );
}
