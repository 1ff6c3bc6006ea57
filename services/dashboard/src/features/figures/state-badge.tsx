import type { MetricValue } from '@tokometrics/contracts';
import { STATE_TEXT } from '../../charts/chart-model.ts';

const STATES = {
  complete: undefined,
  partial: 'so far',
  backfilling: 'loading',
  incomplete: 'records missing',
  source_inconsistent: 'in doubt',
} as const;

/** A number that may still change says so beside it. */
export function StateBadge({ value }: { readonly value: Pick<MetricValue, 'state' | 'stale'> }) {
  const text = STATES[value.state];
  if (text === undefined && !value.stale) {
    return null;
  }
  return (
    <span
      title={STATE_TEXT[value.state]}
      className="flex-none rounded-[3px] bg-warn-wash px-1.5 text-[0.76rem] font-normal text-warn"
    >
      {[text, value.stale ? 'not fresh' : undefined].filter(Boolean).join(', ')}
    </span>
  );
}
