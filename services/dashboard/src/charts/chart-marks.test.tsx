import { afterEach, describe, expect, it } from '@jest/globals';
import { cleanup, render } from '@testing-library/react';
import { Marks } from './chart-marks.tsx';
import type { ChartLine, ChartPoint } from './chart-model.ts';
import { plotOf } from './geometry.ts';

const FRAME = { width: 200, height: 120, left: 0, right: 0, top: 10, bottom: 10 };
const STATES = ['backfilling', 'incomplete', 'incomplete', 'complete'] as const;

const line: ChartLine = {
  name: 'October',
  tone: 'current',
  isMissing: true,
  points: STATES.map((state): ChartPoint => ({
    ...{ value: 1, text: '1', label: '', tick: '', from: '', to: '' },
    ...{ state, isOpen: false, reason: undefined },
  })),
};

afterEach(cleanup);

describe('the marks behind buckets that are not whole', () => {
  it.each([
    ['loading', 50],
    ['missing', 100],
  ])('stand behind a whole stretch of them: %s', (mark, width) => {
    const { container } = render(
      <svg>
        <Marks
          {...{ frame: FRAME, plot: plotOf([line], FRAME), lines: [line] }}
          {...{ kind: 'bars', active: undefined, hatchId: 'hatch' }}
        />
      </svg>,
    );

    const marks = [...container.querySelectorAll(`[data-mark="${mark}"]`)];
    expect(marks.map((one) => Number(one.getAttribute('width')))).toEqual([width]);
  });
});
