import { describe, expect, it } from '@jest/globals';
import { isSyncing, progressText } from './sync-stages.tsx';

const progress = {
  done: 2_310,
  total: 6_941,
  unit: 'orders',
  ratePerMinute: 1_180,
  etaSeconds: 236,
};

describe('progressText', () => {
  it('says done, total, rate and time left', () => {
    expect(progressText({ progress }, { kind: 'reading' })).toBe(
      '2,310 of 6,941 orders · 1,180 a minute · about 4 min left',
    );
  });

  it('makes nothing up', () => {
    const unknown = { ...progress, total: null, ratePerMinute: null, etaSeconds: null };
    expect(progressText({ progress: unknown }, { kind: 'reading' })).toBe('2,310 orders');
  });

  it.each([
    [{ kind: 'unknown' }, '2,310 orders read'],
    [{ kind: 'counting' }, '2,310 orders read, being counted'],
    [{ kind: 'complete', unread: 0 }, '2,310 orders, complete'],
    [
      { kind: 'complete', unread: 1 },
      '2,310 orders, complete but for 1 record that could not be read',
    ],
    [
      { kind: 'complete', unread: 3_000 },
      '2,310 orders, complete but for 3,000 records that could not be read',
    ],
  ] as const)('says of what was read and stands as %o: %s', (standing, text) => {
    expect(progressText({ progress }, standing)).toBe(text);
  });
});

describe('isSyncing', () => {
  const stage = (state: 'done' | 'running' | 'failed') => ({
    resource: 'order' as const,
    state,
    progress,
    newestLoaded: null,
    oldestLoaded: null,
    error: null,
  });
  it('is over when nothing runs or waits any more', () => {
    expect(isSyncing({ stages: [stage('done'), stage('running')] })).toBe(true);
    expect(isSyncing({ stages: [stage('done'), stage('failed')] })).toBe(false);
  });
});
