import type { MetricValue, OverviewReply } from '@tokometrics/contracts';
import { METRICS, overviewReply } from '@tokometrics/contracts';
import { afterEach, describe, expect, it } from '@jest/globals';
import { cleanup, screen } from '@testing-library/react';
import { deltaTo, metaOf, read, valueOf } from '../../api/reply.fixture.ts';
import { serve } from '../../api/server.test-support.ts';
import { show } from '../../ui/page.test-support.tsx';
import { emptyKindOf, OverviewEmpty } from './overview-empty.tsx';

afterEach(cleanup);
const SHOP = '01KAV5Z0000000000000000001';

const NONE = { value: '0' } as const;
const NO_ORDERS = { value: null, reason: 'zero_denominator' } as const;
/** Nothing was sold, but for what is said of gross sales. */
function reply(change: Partial<MetricValue> = {}, open = false): OverviewReply {
  const { window, ...meta } = metaOf(SHOP, [read('order')]);
  const tiles = METRICS.map((metric) =>
    valueOf(metric, {
      ...(metric === 'aov' ? NO_ORDERS : NONE),
      ...(metric === 'gross_sales' ? change : {}),
    }),
  );
  return overviewReply.parse({
    meta: { ...meta, window: { ...window, open } },
    tiles: tiles.map((value) => ({ value, delta: deltaTo(value), spark: [] })),
    main: { current: { ...valueOf('gross_sales'), points: [] }, baseline: null },
  });
}

describe('emptyKindOf', () => {
  it('says that there are no sales only where all of it is known', () => {
    expect(emptyKindOf(reply())).toBe('no_sales');
    expect(emptyKindOf(reply({ state: 'partial' }, true))).toBe('no_sales');
    expect(emptyKindOf(reply({ stale: true }))).toBe('no_sales');
  });

  it.each<[string, Partial<MetricValue>, boolean]>([
    ['lacks records', { state: 'incomplete' }, false],
    ['is in doubt', { state: 'source_inconsistent' }, false],
    ['lacks records behind another state', { state: 'partial', lacks: ['records'] }, true],
    ['is over and not read to its end', { state: 'partial' }, false],
    ['was not read lately', { state: 'partial', stale: true }, true],
    ['was not read', { value: null, reason: 'not_yet', state: 'partial' }, true],
  ])('says that none is known where a figure %s', (_, change, isOpen) => {
    expect(emptyKindOf(reply(change, isOpen))).toBe('none_known');
  });

  it.each<[string, Partial<MetricValue>]>([
    ['something was sold', { value: '5' }],
    ['sums of two currencies are not added up', { value: null, reason: 'mixed_currency' }],
    ['the history is loading', { state: 'backfilling' }],
    ['it is loading behind a doubt', { state: 'source_inconsistent', lacks: ['history'] }],
  ])('leaves it to the figures where %s', (_, change) => {
    expect(emptyKindOf(reply(change))).toBeUndefined();
  });
});

describe('OverviewEmpty', () => {
  const POINTS = [
    { value: '3' },
    { value: null, reason: 'mixed_currency' },
    { value: '0' },
    { value: null, reason: 'not_yet' },
  ].map((point, index) => ({
    ...{ from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00Z' },
    ...{ date: `2026-03-0${String(index + 1)}`, ...point },
  }));
  const shown = (kind: 'no_sales' | 'none_known') =>
    show(<OverviewEmpty kind={kind} shopKey={SHOP} onDates={() => undefined} />);

  it('names the newest sale that is known, also one whose day has no sum', async () => {
    const current = { ...valueOf('gross_sales'), points: POINTS };
    serve({
      'GET /metrics/overview': () => ({ body: { ...reply(), main: { current, baseline: null } } }),
    });
    await shown('none_known');

    expect(await screen.findByText('The newest sale that is known is of 2 Mar 2026.')).toBeTruthy();
    expect(screen.getByText('No sale is known in this range')).toBeTruthy();
    expect(screen.getByText(/has not been read yet, or records of it/)).toBeTruthy();
  });

  it('says nothing of the year before it is asked, and then what is known of it', async () => {
    serve({ 'GET /metrics/overview': () => ({ body: reply() }) });
    const { container } = await shown('no_sales');

    expect(container.textContent).toBe('No sales in this range');
    expect(await screen.findByText(/hold no sale that is known/)).toBeTruthy();
  });
});
