import { describe, expect, it } from '@jest/globals';
import { expiryOf, retentionCut, snapshotExpiry } from './retention.ts';

describe('retention', () => {
  it('counts two years from the earlier of event and fetch', () => {
    const event = new Date('2024-12-01T00:00:00Z');
    const fetch = new Date('2026-11-25T00:00:00Z');

    expect(expiryOf(event, fetch).toISOString()).toBe('2026-12-01T00:00:00.000Z');
    expect(expiryOf(fetch, event).toISOString()).toBe('2026-12-01T00:00:00.000Z');
  });

  it('counts a product from the day on which it was read, whenever it has changed', () => {
    const changed = new Date('2020-01-01T00:00:00Z');
    const fetch = new Date('2026-11-25T00:00:00Z');

    const at = { occurredAt: changed, fetchedAt: fetch, localDate: '2020-01-01' };
    expect(snapshotExpiry('product', at).toISOString()).toBe('2028-11-25T00:00:00.000Z');
    expect(snapshotExpiry('order', at).toISOString()).toBe('2022-01-01T00:00:00.000Z');
  });

  it.each([
    ['statement' as const, '2026-11-24T00:00:00Z'],
    ['order' as const, '2026-03-01T00:00:00Z'],
  ])('lets a %s go with its day, however late it was read or changed', (resource, occurred) => {
    const at = {
      ...{ occurredAt: new Date(occurred), fetchedAt: new Date('2026-11-25T00:00:00Z') },
      localDate: '2024-12-24',
    };

    const expiry = snapshotExpiry(resource, at);

    // The day of its figures has two years in every zone: a rebuild finds it as long as it is shown.
    expect(expiry.toISOString()).toBe('2026-12-25T12:00:00.000Z');
  });

  it('keeps the day two years ago and refuses the one before', () => {
    expect(retentionCut(new Date('2026-11-25T10:00:00Z'))).toBe('2024-11-25');
  });

  it.each([
    ['America/Los_Angeles', '2024-11-24'],
    ['Europe/London', '2024-11-25'],
    ['Asia/Jakarta', '2024-11-25'],
  ])('cuts by the day of the shop: in %s', (zone, day) => {
    expect(retentionCut(new Date('2026-11-25T02:00:00Z'), zone)).toBe(day);
    expect(retentionCut(new Date('2026-11-24T23:30:00Z'), 'Asia/Jakarta')).toBe('2024-11-25');
  });

  it('has no 29th of February two years before one', () => {
    expect(retentionCut(new Date('2028-02-29T12:00:00Z'), 'Europe/London')).toBe('2026-03-01');
  });
});
