import { afterEach, describe, expect, it } from '@jest/globals';
import { useQuery } from '@tanstack/react-query';
import { cleanup, screen, waitFor } from '@testing-library/react';
import { serve } from '../../api/server.test-support.ts';
import { show } from '../../ui/page.test-support.tsx';
import { aShop, freshnessOf, stagesOf } from './stages.test-support.ts';
import { SyncBanner } from './sync-banner.tsx';

afterEach(cleanup);

describe('SyncBanner', () => {
  it('says nothing of a shop that is whole', async () => {
    await show(<SyncBanner shop={aShop()} />);

    expect(screen.queryByText(/TikTok Shop/)).toBeNull();
  });

  it('names the parts that stay empty, and how to mend it', async () => {
    await show(
      <SyncBanner shop={aShop({ missing: ['product.base.read', 'finance.data.read'] })} />,
    );

    expect(
      screen.getByText(
        /product names, product ranking and stock; settlements, settled refunds, payouts and what is on its way/,
      ),
    ).toBeTruthy();
    expect(screen.getByRole('link').getAttribute('href')).toBe('/settings/connect');
  });

  it('says first that the access as a whole has ended', async () => {
    await show(
      <SyncBanner shop={aShop({ missing: ['finance.data.read'], status: 'reauth_required' })} />,
    );

    expect(screen.getByText(/no longer accepts our access/)).toBeTruthy();
  });

  it('says what is being read first, and then what is being counted', async () => {
    const stages = stagesOf('done', { payment: 'running' });
    const freshness = freshnessOf({ order: { historyDone: false } });
    serve({
      'GET /freshness': () => ({ body: { items: freshness } }),
      [`GET /shops/${aShop().shopKey}/sync`]: () => ({ body: aShop({ stages }).sync }),
    });
    await show(<SyncBanner shop={aShop({ stages })} />);

    expect(screen.getByText(/History is being read, newest first: 12 of 12 rows/)).toBeTruthy();

    cleanup();
    await show(<SyncBanner shop={aShop({ stages: stagesOf('done') })} />);

    expect(await screen.findByText(/is being counted: 12 rows\. Figures may still/)).toBeTruthy();
  });

  it('has the figures read again when the last rows have come into them, and not before', async () => {
    const late = freshnessOf({ order: { historyDone: false } });
    let items = late;
    let figures = 0;
    serve({ 'GET /freshness': () => ({ body: { items } }) });
    function Figures() {
      useQuery({
        queryKey: ['shop', aShop().shopKey, 'figures', 'overview'],
        queryFn: () => {
          figures += 1;
          return figures;
        },
      });
      return <SyncBanner shop={aShop({ stages: stagesOf('done') })} />;
    }
    await show(<Figures />);
    await screen.findByText(/is being counted/);
    const before = figures;
    items = freshnessOf();

    await waitFor(
      () => {
        expect(screen.queryByText(/is being counted/)).toBeNull();
        expect(figures).toBe(2);
      },
      { timeout: 10_000 },
    );
    expect(before).toBe(1);
  });
});
