import type { NullReason, OverviewReply } from '@tokometrics/contracts';
import { deltaOf, DICTIONARY } from '@tokometrics/contracts';
import type { MetricId } from '@tokometrics/contracts';
import { afterEach, describe, expect, it } from '@jest/globals';
import { cleanup, render } from '@testing-library/react';
import { DeltaChip } from './delta-chip.tsx';

type Delta = OverviewReply['tiles'][number]['delta'];
afterEach(cleanup);

function delta(
  metric: MetricId,
  current: string | null,
  before: string | null,
  reason: NullReason = 'beyond_retention',
): Delta {
  const moved = deltaOf(current, before);
  const { polarity } = DICTIONARY[metric];
  const judgement =
    moved.direction === 'flat' ? 'neutral' : moved.direction === polarity ? 'good' : 'bad';
  return {
    ...moved,
    judgement,
    lengthMismatch: false,
    baseline: {
      metric,
      value: before,
      ...(before === null ? { reason } : {}),
      currency: 'GBP',
      basis: 'activity',
      timezone: 'Europe/London',
      definitionVersion: 1,
      completeThrough: null,
      state: 'complete',
      stale: false,
    },
  };
}

const shown = (of: Delta) => render(<DeltaChip delta={of} />).container.textContent;

describe('DeltaChip', () => {
  it.each([
    ['gross_sales', '150', '100', '▲up 50.0% better'],
    ['gross_sales', '50', '100', '▼down 50.0% worse'],
    ['cancelled_value', '150', '100', '▲up 50.0% worse'],
    ['refunds_settled', '50', '100', '▼down 50.0% better'],
    ['gross_sales', '5', '0', '▲up new better'],
    ['net_sales', '10', '-20', '▲up £30.00 better'],
    ['orders', '0', '0', 'no change'],
  ] as const)('%s of %s after %s reads "%s"', (metric, current, before, text) => {
    expect(shown(delta(metric, current, before))).toBe(text);
  });

  it('gives the reason where there is nothing to compare with', () => {
    expect(shown(delta('orders', '5', null))).toContain('two years');
  });

  it.each([
    ['n/a The history has not been read this far', '5', null, 'before_connection'],
    ['n/a More than one currency: they are never added up', '5', null, 'mixed_currency'],
    ['\u2014 Not read yet', '5', null, 'not_yet'],
    ['\u2014 There is no figure to compare', null, '5', undefined],
  ] as const)('reads "%s" where it cannot be worked out', (text, current, before, reason) => {
    expect(shown(delta('gross_sales', current, before, reason))).toBe(text);
  });
});
