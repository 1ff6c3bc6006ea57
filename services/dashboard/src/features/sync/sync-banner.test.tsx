import type { Shop } from '@tokometrics/contracts';
import { PERMISSION_CATEGORIES, shop as shopSchema } from '@tokometrics/contracts';
import { afterEach, describe, expect, it } from '@jest/globals';
import { cleanup, screen } from '@testing-library/react';
import { show } from '../../ui/page.test-support.tsx';
import { SyncBanner } from './sync-banner.tsx';

afterEach(cleanup);

const KEY = '01KAV5Z0000000000000000001';
const aShop = (missing: readonly string[], status: Shop['status'] = 'active'): Shop =>
  shopSchema.parse({
    ...{ shopKey: KEY, epoch: 1, label: '', name: 'Retail Shop', region: 'GB', status },
    ...{ sellerType: 'LOCAL', currency: 'GBP', timezone: 'Europe/London' },
    categories: PERMISSION_CATEGORIES.map(({ policyName, tiktokScopes, purpose }) => ({
      ...{ policyName, tiktokScopes, purpose },
      granted: !missing.includes(policyName),
    })),
    connectedAt: '2026-11-23T09:00:00Z',
    authorizationExpiresAt: null,
    sync: { shopKey: KEY, stages: [] },
  });

describe('SyncBanner', () => {
  it('says nothing of a shop that is whole', async () => {
    await show(<SyncBanner shop={aShop([])} />);

    expect(screen.queryByText(/TikTok Shop/)).toBeNull();
  });

  it('names the parts that stay empty, and how to mend it', async () => {
    await show(<SyncBanner shop={aShop(['product.base.read', 'finance.data.read'])} />);

    expect(
      screen.getByText(
        /product names, product ranking and stock; settlements, settled refunds, payouts and what is on its way/,
      ),
    ).toBeTruthy();
    expect(screen.getByRole('link').getAttribute('href')).toBe('/settings/connect');
  });

  it('says first that the access as a whole has ended', async () => {
    await show(<SyncBanner shop={aShop(['finance.data.read'], 'reauth_required')} />);

    expect(screen.getByText(/no longer accepts our access/)).toBeTruthy();
  });
});
