import { describe, expect, it } from '@jest/globals';
import { versionOf } from '@tokometrics/contracts';
import { isDueAgain, isNewer, isSaid, isUnchanged, updateTimeOf } from './head-rules.ts';

describe('head rules', () => {
  it('reads the update time out of a version beyond 2^53', () => {
    expect(updateTimeOf(versionOf(1_714_553_600, 7))).toBe(1_714_553_600);
  });

  it('suppresses only what has both the update time and the content of the head', () => {
    const head = { ver: versionOf(5, 1), updateTimeS: 5, contentHash: 'a' };

    expect(isUnchanged({ ver: versionOf(5, 2), contentHash: 'a' }, head)).toBe(true);
    expect(isUnchanged({ ver: versionOf(6, 2), contentHash: 'a' }, head)).toBe(false);
    expect(isUnchanged({ ver: versionOf(5, 2), contentHash: 'b' }, head)).toBe(false);
    expect(isUnchanged({ ver: versionOf(5, 2), contentHash: 'a' }, undefined)).toBe(false);
  });

  it('takes nothing as said on a lane on which it did not go', () => {
    const head = { ver: versionOf(5, 1), updateTimeS: 5, contentHash: 'a' };

    expect(isSaid('live', { ...head, lanes: ['backfill'] })).toBe(false);
    expect(isSaid('live', { ...head, lanes: ['backfill', 'live'] })).toBe(true);
    expect(isSaid('live', head)).toBe(false);
    expect(isSaid('live', undefined)).toBe(false);
  });

  it.each([
    ['a product on the sixtieth day', 'product', 60, 2, true],
    ['no product before', 'product', 59, 2, false],
    ['no product under the version that was said', 'product', 60, 1, false],
    ['nothing but a product', 'order', 60, 2, false],
  ] as const)('has %s said again', (_what, entity, days, seq, isDue) => {
    const saidAt = new Date('2026-11-23T12:00:00Z');
    const head = { ver: versionOf(5, 1), updateTimeS: 5, contentHash: 'a', fetchedAt: saidAt };
    const fetchedAt = new Date(saidAt.getTime() + days * 86_400_000);

    expect(isDueAgain(entity, { ver: versionOf(5, seq), contentHash: 'a', fetchedAt }, head)).toBe(
      isDue,
    );
  });

  it('compares versions as 64-bit integers', () => {
    const head = { ver: '28765436090777607', updateTimeS: 0, contentHash: '' };

    expect(isNewer({ ver: '28765436090777608', contentHash: '' }, head)).toBe(true);
    expect(isNewer({ ver: '28765436090777607', contentHash: '' }, head)).toBe(false);
    expect(isNewer({ ver: '9', contentHash: '' }, head)).toBe(false);
  });
});
