import { RESOURCES } from '@tokometrics/contracts';
import { describe, expect, it } from '@jest/globals';
import { aStage, freshnessOf, stagesOf, unread } from './stages.test-support.ts';
import { hasUncounted, standingOf } from './standing.ts';

describe('standingOf', () => {
  it.each(RESOURCES)(
    'calls %s complete when it was read and analytics has all of it',
    (resource) => {
      expect(standingOf(aStage(resource, 'done'), freshnessOf())).toEqual({
        kind: 'complete',
        unread: 0,
      });
    },
  );

  it.each([
    ['its history is not in the figures', { historyDone: false }],
    ['nothing of what happens now is', { completeThrough: null }],
  ])('is still counting while %s', (_, change) => {
    const freshness = freshnessOf({ order: change });

    expect(standingOf(aStage('order', 'done'), freshness)).toEqual({ kind: 'counting' });
    expect(standingOf(aStage('product', 'done'), freshness).kind).toBe('complete');
  });

  it('is still counting what analytics does not speak of', () => {
    expect(standingOf(aStage('order', 'done'), [])).toEqual({ kind: 'counting' });
  });

  it('knows nothing where analytics does not answer', () => {
    expect(standingOf(aStage('order', 'done'), undefined)).toEqual({ kind: 'unknown' });
  });

  it('tells how many records could not be read', () => {
    const freshness = freshnessOf({ order: unread(3) });

    expect(standingOf(aStage('order', 'done'), freshness)).toEqual({ kind: 'complete', unread: 3 });
  });

  it.each(['waiting', 'running', 'paused', 'failed'] as const)(
    'is reading while the connector is %s, whatever analytics has',
    (state) => {
      expect(standingOf(aStage('order', state), freshnessOf())).toEqual({ kind: 'reading' });
    },
  );
});

describe('hasUncounted', () => {
  it.each([
    ['all of it is in the figures', stagesOf('done'), freshnessOf(), false],
    ['it may not be read', stagesOf('done', { payment: 'paused' }), freshnessOf(), false],
    ['nothing has been read', stagesOf('waiting'), undefined, false],
    [
      'rows are on their way',
      stagesOf('done'),
      freshnessOf({ order: { historyDone: false } }),
      true,
    ],
    ['nobody can say', stagesOf('done'), undefined, true],
  ])('tells whether to ask again while %s', (_, stages, freshness, expected) => {
    expect(hasUncounted(stages, freshness)).toBe(expected);
  });
});
