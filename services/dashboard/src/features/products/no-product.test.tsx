import type { SyncStatus } from '@tokometrics/contracts';
import { syncStage } from '@tokometrics/contracts';
import { afterEach, describe, expect, it } from '@jest/globals';
import { cleanup, render } from '@testing-library/react';
import { NoProduct } from './no-product.tsx';

afterEach(cleanup);

type Stage = SyncStatus['stages'][number];
const stage = (resource: Stage['resource'], state: Stage['state']): Stage =>
  syncStage.parse({
    ...{ resource, state, newestLoaded: null, oldestLoaded: null, error: null },
    progress: { done: 0, total: null, unit: 'orders', ratePerMinute: null, etaSeconds: null },
  });
const headingOf = (stages: Stage[]) => {
  const sync = { shopKey: '01KAV5Z0000000000000000001', stages } as SyncStatus;
  return render(<NoProduct shop={{ sync }} />).getByRole('heading').textContent;
};

describe('NoProduct', () => {
  it.each([
    ['orders are read', [stage('order', 'running'), stage('product', 'done')]],
    ['products wait for their turn', [stage('order', 'done'), stage('product', 'waiting')]],
    ['orders stand still', [stage('order', 'paused'), stage('product', 'done')]],
    ['products have failed', [stage('order', 'done'), stage('product', 'failed')]],
  ])('says that it is not read yet while %s', (_, stages) => {
    expect(headingOf(stages)).toBe('This product has not been read yet');
  });

  it('says that there is none where all that would tell of it has been read', () => {
    const stages = [
      stage('order', 'done'),
      stage('product', 'done'),
      stage('statement', 'running'),
    ];

    expect(headingOf(stages)).toBe('This shop has no such product');
  });
});
