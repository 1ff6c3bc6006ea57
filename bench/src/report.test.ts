import { describe, expect, it } from '@jest/globals';
import { rowOf, table, versions } from './report.ts';

describe('a row of a bench', () => {
  it('says whether the goal is met and how it compares with its anchor', () => {
    const row = rowOf({
      id: 'year.orders',
      what: 'orders per second',
      value: 240,
      unit: '/s',
      anchor: { what: 'sandbox alone', value: 960 },
      goal: { atLeast: 200 },
    });

    expect(row).toMatchObject({ ratio: 0.25, goal: '≥ 200 /s', met: true, anchorValue: 960 });
  });

  it.each([
    [{ atMost: 60 }, 61, false],
    [{ atMost: 60 }, 60, true],
    [{ atLeast: 200 }, 199, false],
    [undefined, 1, null],
  ])('judges %j with %d as %s', (goal, value, met) => {
    const row = rowOf({
      id: 'a',
      what: 'b',
      value,
      unit: 's',
      ...(goal === undefined ? {} : { goal }),
    });

    expect(row.met).toBe(met);
  });

  it('stands in a table with what it is held against', () => {
    const row = rowOf({ id: 'a', what: 'b', value: 1.23456, unit: 's', goal: { atMost: 2 } });

    expect(table([row]).split('\n').at(-1)).toMatch(
      /^\| a +\| b +\| 1\.235 s +\| – .*\| ≤ 2 s \| yes \|$/,
    );
  });
});

describe('the versions of a bench', () => {
  it('come from what is pinned', () => {
    expect(versions()).toMatchObject({
      kafka: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      chdb: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    });
  });
});
