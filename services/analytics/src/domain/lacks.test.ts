import { describe, expect, it } from '@jest/globals';
import { RESOURCES } from '@tokometrics/contracts';
import type { MetricId, Resource } from '@tokometrics/contracts';
import type { Completeness } from './completeness.ts';
import { createKnowledge } from './knowledge.ts';
import { metricValueOf } from './metric-value.ts';
import { resolveWindow } from './query-window.ts';
import { NO_SUMS } from './sums.ts';

const NOW = new Date('2026-11-24T18:00:00Z');
const at = (text: string) => Date.parse(text) / 1000;
const LOADED_FROM = at('2026-11-20T00:00:00Z');
const complete = new Map<Resource, Completeness>(
  RESOURCES.map((resource) => [
    resource,
    {
      create: [{ from: LOADED_FROM, through: at('2026-11-24T17:30:00Z') }],
      update: [{ from: LOADED_FROM, through: at('2026-11-24T17:30:00Z') }],
    },
  ]),
);
/** One order could not be read; it counts from noon to three. */
const gap = {
  ...{ resource: 'order' as const, records: 1 },
  ...{ fromS: at('2026-11-22T12:00:00Z'), throughS: at('2026-11-22T15:00:00Z') },
};
const window = resolveWindow({ from: '2026-11-18', to: '2026-11-24' }, 'Europe/London', NOW);
const context = {
  ...{ window, basis: 'activity' as const, currency: 'GBP' },
  knowledge: createKnowledge({ complete, gaps: [gap] }, window.nowS),
};
const valueOf = (metric: MetricId, from: string, to: string, overRefundedOrders = 0n) => {
  const { state, lacks } = metricValueOf(...([context, metric, { value: '1' }] as const), {
    interval: { fromS: at(`2026-11-${from}T00:00:00Z`), toS: at(`2026-11-${to}T00:00:00Z`) },
    sums: { ...NO_SUMS, overRefundedOrders },
  });
  return { state, lacks };
};

describe('what a figure lacks', () => {
  it('is said of its history and of its records, whatever the worst of both is', () => {
    expect(valueOf('orders', '18', '22')).toEqual({ state: 'backfilling', lacks: ['history'] });
    expect(valueOf('orders', '22', '23')).toEqual({ state: 'incomplete', lacks: ['records'] });
    expect(valueOf('orders', '18', '23')).toEqual({
      ...{ state: 'backfilling', lacks: ['history', 'records'] },
    });
  });

  it('is said where the source contradicts itself', () => {
    const state = 'source_inconsistent';

    expect(valueOf('net_sales', '22', '23', 1n)).toEqual({ state, lacks: ['records'] });
    expect(valueOf('net_sales', '18', '22', 1n)).toEqual({ state, lacks: ['history'] });
    expect(valueOf('net_sales', '20', '22', 1n)).toEqual({ state });
  });

  it('is nothing, and not said, where all that feeds the figure is there', () => {
    const value = metricValueOf(
      context,
      'orders',
      { value: '1' },
      {
        interval: { fromS: LOADED_FROM, toS: at('2026-11-22T00:00:00Z') },
        sums: NO_SUMS,
      },
    );

    expect(value.state).toBe('complete');
    expect(value).not.toHaveProperty('lacks');
    expect(valueOf('refunds_settled', '22', '23')).toEqual({ state: 'complete' });
  });
});
