import { afterEach, describe, expect, it } from '@jest/globals';
import { cleanup, render } from '@testing-library/react';
import { read } from '../../api/reply.fixture.ts';
import { ListingNotice } from './listing-notice.tsx';

afterEach(cleanup);

const shown = (...listing: ReturnType<typeof read>[]) =>
  [
    ...render(
      <ListingNotice listing={listing} timezone="Asia/Jakarta" />,
    ).container.querySelectorAll('p, li'),
  ].map(({ textContent }) => textContent);

describe('ListingNotice', () => {
  it('is not there while products and stock are known', () => {
    expect(shown(read('product'), read('inventory'))).toEqual([]);
  });

  it('says what of products and stock could not be understood', () => {
    const unread = { records: 3, from: null, through: '2026-03-11T10:00:00Z' };

    expect(shown(read('product'), read('inventory', { unread }))).toEqual([
      'TikTok Shop gave us records that could not be understood. They may hold a newer state of this product, its prices or its stock.',
      '3 stock levels, up to 11 Mar 2026.',
    ]);
  });

  it('says since when nothing newer is shown', () => {
    expect(
      shown(
        read('product', { stale: true }),
        read('inventory', { stale: true, completeThrough: null }),
      ),
    ).toEqual([
      'The list of products was read last through 23 Mar 2026, 19:00: later changes are not shown.',
      'The stock has not been read to its end yet.',
    ]);
  });
});
