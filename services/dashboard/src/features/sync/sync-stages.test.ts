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
    expect(progressText({ state: 'running', progress })).toBe(
      '2,310 of 6,941 orders · 1,180 a minute · about 4 min left',
    );
  });

  it('makes nothing up', () => {
    const unknown = { ...progress, total: null, ratePerMinute: null, etaSeconds: null };
    expect(progressText({ state: 'running', progress: unknown })).toBe('2,310 orders');
  });

  it('ends with complete', () => {
    expect(progressText({ state: 'done', progress })).toBe('2,310 orders, complete');
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
