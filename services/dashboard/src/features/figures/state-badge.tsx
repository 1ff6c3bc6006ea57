import type { MetricValue } from '@tokometrics/contracts';

const STATES = {
  complete: undefined,
  partial: 'so far',
  backfilling: 'history loading',
  source_inconsistent: 'source contradicts itself',
} as const;

/** A number that may still change says so beside it. */
export function StateBadge({ value }: { readonly value: Pick<MetricValue, 'state' | 'stale'> }) {
  const text = STATES[value.state];
  if (text === undefined && !value.stale) {
    return null;
  }
  return (
    <span className="rounded-[3px] bg-warn-wash px-1.5 text-[0.76rem] text-warn">
      {[text, value.stale ? 'not fresh' : undefined].filter(Boolean).join(', ')}
    </span>
  );
}
