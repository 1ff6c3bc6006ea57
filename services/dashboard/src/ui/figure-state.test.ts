import type { ValueState } from '@tokometrics/contracts';
import { describe, expect, it } from '@jest/globals';
import { isLoading, isMissing, stateText } from './figure-state.ts';
import type { Stated } from './figure-state.ts';

const inDoubt = (...lacks: NonNullable<Stated['lacks']>) => ({
  state: 'source_inconsistent' as const,
  lacks,
});

describe('isLoading', () => {
  it('holds while one figure misses a part of its history', () => {
    expect(isLoading([{ state: 'complete' }, { state: 'backfilling' }])).toBe(true);
    expect(isLoading([{ state: 'complete' }, { state: 'partial' }])).toBe(false);
  });

  it('holds also where a worse state hides it', () => {
    expect(isLoading([{ state: 'complete' }, inDoubt('history')])).toBe(true);
    expect(isLoading([inDoubt('records'), inDoubt()])).toBe(false);
  });
});

describe('isMissing', () => {
  it('holds while one figure lacks records', () => {
    expect(isMissing([{ state: 'complete' }, { state: 'incomplete' }])).toBe(true);
    expect(isMissing([{ state: 'partial' }, { state: 'backfilling' }])).toBe(false);
  });

  it('holds also where a worse state hides it', () => {
    expect(isMissing([{ state: 'complete' }, inDoubt('records')])).toBe(true);
    expect(isMissing([{ state: 'backfilling', lacks: ['history', 'records'] }])).toBe(true);
    expect(isMissing([inDoubt('history'), inDoubt()])).toBe(false);
  });
});

describe('stateText', () => {
  const [PAST, FUTURE] = ['2026-03-01T00:00:00Z', '9999-01-01T00:00:00Z'];
  const said = (state: ValueState, to?: string) => stateText({ state }, to);

  it('says nothing of what is complete', () => {
    expect(said('complete', PAST)).toBeUndefined();
  });

  it('says all that is wrong, the worst first', () => {
    expect(stateText(inDoubt('records', 'history'))).toBe(
      'the source contradicts itself, history is still loading, records that could not be understood are missing',
    );
  });

  it('says once what both the state and the list name', () => {
    expect(stateText({ state: 'backfilling', lacks: ['history'] })).toBe(
      'history is still loading',
    );
  });

  it('tells a time that is not over from one that was not read to its end', () => {
    expect(said('partial', FUTURE)).toBe('not over yet');
    expect(said('partial', PAST)).toBe('not read to its end yet');
    expect(said('partial')).toBe('not over, or not read to its end yet');
  });
});
