import { describe, expect, it } from '@jest/globals';
import { deltaOf, previousPeriod } from './compare.ts';

describe('deltaOf', () => {
  it.each([
    ['50', '100', 'percent', '-0.500000'],
    ['25', '100', 'percent', '-0.750000'],
    ['100', '50', 'percent', '1.000000'],
    ['0', '100', 'percent', '-1.000000'],
    ['5', '0', 'new', null],
    ['0', '0', 'no_change', null],
    ['10', '-20', 'absolute', '30'],
    ['150000', '180000', 'percent', '-0.166667'],
  ])('%s against %s is %s %s', (current, baseline, kind, value) => {
    expect(deltaOf(current, baseline)).toMatchObject({ kind, value });
  });

  it('says nothing where a side is unknown', () => {
    expect(deltaOf(null, '5')).toMatchObject({ kind: 'none' });
    expect(deltaOf('5', null)).toMatchObject({ kind: 'none' });
  });
});

describe('previousPeriod', () => {
  it.each([
    ['a full month', '2026-11-01', '2026-12-01', '2026-10-01', '2026-11-01'],
    ['a quarter', '2026-04-01', '2026-07-01', '2026-01-01', '2026-04-01'],
    ['a month to date', '2026-11-01', '2026-11-24', '2026-10-01', '2026-10-24'],
    [
      'a month to date that the month before cannot match',
      '2026-03-01',
      '2026-03-31',
      '2026-02-01',
      '2026-03-01',
    ],
    ['four weeks', '2026-10-26', '2026-11-23', '2026-09-28', '2026-10-26'],
    ['one day', '2026-11-23', '2026-11-24', '2026-11-22', '2026-11-23'],
  ])('steps back from %s', (_name, from, to, before, until) => {
    expect(previousPeriod({ from, to })).toEqual({ from: before, to: until });
  });
});
