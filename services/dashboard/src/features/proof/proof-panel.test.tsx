import type { ProofReply } from '@tokometrics/contracts';
import { afterEach, describe, expect, it } from '@jest/globals';
import { cleanup, fireEvent, screen } from '@testing-library/react';
import { serve } from '../../api/server.test-support.ts';
import { show } from '../../ui/page.test-support.tsx';
import { ProofPanel } from './proof-panel.tsx';

afterEach(cleanup);
const SHOP = '01KAV5Z0000000000000000001';

const VALUE = {
  metric: 'net_sales',
  value: '30.50',
  currency: 'GBP',
  basis: 'activity',
  timezone: 'Europe/London',
  definitionVersion: 1,
  completeThrough: '2026-11-23T12:00:00Z',
  state: 'complete',
  stale: false,
};

function proof(change: Record<string, unknown> = {}): unknown {
  return {
    meta: {
      shopKey: SHOP,
      window: {
        from: '2026-11-16',
        to: '2026-11-23',
        fromInstant: '2026-11-16T00:00:00Z',
        toInstant: '2026-11-23T00:00:00Z',
        open: false,
      },
      compare: null,
      grain: 'day',
      basis: 'activity',
      timezone: 'Europe/London',
      currency: 'GBP',
      freshness: [],
      demo: false,
    },
    value: VALUE,
    formula: 'gross sales − settled refunds',
    text: 'What stays.',
    sum: '30.50',
    rows: 2,
    difference: '0',
    items: [row('sale', '577', '40.50'), row('refund', '578', '-10')],
    nextCursor: null,
    ...change,
  };
}

const row = (kind: ProofReply['items'][number]['kind'], orderId: string, contribution: string) => ({
  kind,
  orderId,
  transactionId: kind === 'refund' ? '900' : null,
  statementId: kind === 'refund' ? '346' : null,
  at: '2026-11-20T10:00:00Z',
  date: '2026-11-20',
  contribution,
  currency: 'GBP' as string | null,
});

const panel = (metric: 'net_sales' | 'aov' = 'net_sales') => (
  <ProofPanel
    metric={metric}
    query={{ shop: SHOP, range: '7d', basis: 'activity', compare: 'previous_year' }}
    onClose={() => undefined}
  />
);

describe('ProofPanel', () => {
  it('shows the number, the sum of its rows and that nothing is left over', async () => {
    serve({ 'GET /metrics/proof': () => ({ body: proof() }) });
    const { container } = await show(panel());
    expect(await screen.findByText(/adds up/)).toBeTruthy();
    expect(container.querySelector('[data-proof="adds-up"]')).not.toBeNull();
    const parts = [...container.querySelectorAll('.ledger data')].map((part) =>
      Number(part.getAttribute('value')),
    );
    expect(parts.reduce((sum, part) => sum + part, 0)).toBe(30.5);
    expect(screen.getByText('gross sales − settled refunds')).toBeTruthy();
    expect(screen.getByText('Europe/London')).toBeTruthy();
  });

  it('calls a refund settled and leads to its order', async () => {
    serve({ 'GET /metrics/proof': () => ({ body: proof() }) });
    await show(panel());
    expect(await screen.findByText('Settled refund')).toBeTruthy();
    expect(screen.getByText('578').closest('a')?.getAttribute('href')).toBe('/orders/578');
  });

  it('writes each row in its own currency, and a count in none', async () => {
    const items = ['577', '578', '579'].map((orderId, index) => ({
      ...row('sale', orderId, '2'),
      currency: ['USD', 'GBP', null][index] ?? null,
    }));
    const body = proof({ items, value: { ...VALUE, value: null, reason: 'mixed_currency' } });
    serve({ 'GET /metrics/proof': () => ({ body }) });
    const { container } = await show(panel());
    await screen.findByText('577');
    expect(
      [...container.querySelectorAll('.ledger data')].map(({ textContent }) => textContent),
    ).toEqual(['US$2.00', '£2.00', '2']);
  });

  it('does not hide a difference', async () => {
    serve({ 'GET /metrics/proof': () => ({ body: proof({ sum: '30.40', difference: '0.10' }) }) });
    await show(panel());
    expect(await screen.findByText(/does not add up/)).toBeTruthy();
  });

  it('asks for the number with its own range, and goes on page by page', async () => {
    const seen = serve({
      'GET /metrics/proof': ({ query }) => ({
        body:
          query.get('cursor') === 'next'
            ? proof({ items: [row('sale', '579', '0')] })
            : proof({ nextCursor: 'next' }),
      }),
    });
    await show(panel());
    fireEvent.click(await screen.findByText('More rows'));
    expect(await screen.findByText('579')).toBeTruthy();
    expect(Object.fromEntries(seen[0]?.query ?? [])).toEqual({
      shop: SHOP,
      range: '7d',
      basis: 'activity',
      metric: 'net_sales',
    });
  });

  it('opens both parts of an average', async () => {
    const seen = serve({ 'GET /metrics/proof': () => ({ body: proof() }) });
    await show(panel('aov'));
    await screen.findByText(/adds up/);
    fireEvent.click(screen.getByText(/Below the line/));
    await screen.findByText(/adds up/);
    expect(seen.map(({ query }) => query.get('component'))).toEqual(['numerator', 'denominator']);
  });
});
