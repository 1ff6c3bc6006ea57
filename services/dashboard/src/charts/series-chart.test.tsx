import type { ValueState } from '@tokometrics/contracts';
import { afterEach, describe, expect, it } from '@jest/globals';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import type { ChartLine, ChartPoint } from './chart-model.ts';
import { SeriesChart } from './series-chart.tsx';

afterEach(cleanup);

const point = (name: string, hour: number, state: ValueState): ChartPoint => ({
  ...{ value: hour, text: String(hour), label: `${name} ${String(hour)}:00`, tick: '' },
  ...{ from: `2026-03-01T0${String(hour)}:00:00Z`, to: '2026-03-01T09:00:00Z' },
  ...{ state, isOpen: false, reason: undefined },
});
const lineOf = (name: string, tone: ChartLine['tone'], ...states: ValueState[]): ChartLine => ({
  ...{ name, tone, isMissing: false },
  points: states.map((state, index) => point(name, index + 1, state)),
});
const TODAY = lineOf('Today', 'current', 'complete', 'complete');
const YESTERDAY = lineOf('Yesterday', 'baseline', 'complete', 'incomplete');
const show = (...lines: ChartLine[]) =>
  render(<SeriesChart title="Orders" summary="" lines={lines} kind="line" formatTick={String} />);
const MISSING = 'records that could not be understood are missing';

describe('a line that something is compared with', () => {
  it('is dotted where it is not final, and the legend says so', () => {
    const { container } = show(TODAY, YESTERDAY);

    const dotted = [...container.querySelectorAll('[data-mark="doubtful"]')];
    expect(dotted.map((path) => path.getAttribute('d'))).toEqual([
      expect.stringMatching(/^M[\d.]+,[\d.]+L[\d.]+,[\d.]+$/),
    ]);
    expect(screen.getByText('Not final')).toBeTruthy();
  });

  it('is drawn as one where it is final', () => {
    const { container } = show(TODAY, lineOf('Yesterday', 'baseline', 'complete', 'complete'));

    expect(container.querySelector('[data-mark="doubtful"]')?.getAttribute('d')).toBe('');
    expect(screen.queryByText('Not final')).toBeNull();
  });

  it('tells its state under the cursor, and to those who hear the page', () => {
    const { container } = show(TODAY, YESTERDAY);
    const chart = screen.getByRole('group');

    fireEvent.keyDown(chart, { key: 'ArrowLeft' });
    const told = [...container.querySelectorAll('[aria-hidden] li')].map(
      (item) => item.textContent,
    );
    expect(told).toEqual(['Today 2:002', `Yesterday 2:002${MISSING}`]);

    fireEvent.keyDown(chart, { key: 'ArrowDown' });
    expect(container.querySelector('[aria-live]')?.textContent).toBe(
      `Yesterday 2:00: 2, ${MISSING}. Yesterday.`,
    );
  });

  it('tells its state in the table beside that of the first line', () => {
    const { container } = show(TODAY, YESTERDAY);

    fireEvent.click(screen.getByText('Table'));
    const states = [...container.querySelectorAll('[data-label="State"]')];
    expect(states.map((cell) => [...cell.children].map((child) => child.textContent))).toEqual([
      ['complete'],
      ['complete', `Yesterday: ${MISSING}`],
    ]);
  });
});

describe('a point without a value', () => {
  it('says why under the cursor and in the table', () => {
    const before = lineOf('Last week', 'older', 'complete');
    const points = before.points.map((each) => ({
      ...{ ...each, value: null, text: 'n/a' },
      reason: 'before_connection' as const,
    }));
    const { container } = show(TODAY, { ...before, points });

    fireEvent.keyDown(screen.getByRole('group'), { key: 'Home' });
    expect(container.querySelectorAll('[aria-hidden] li')[1]?.textContent).toBe(
      'Last week 1:00n/athe history has not been read this far',
    );
    fireEvent.click(screen.getByText('Table'));
    expect(container.querySelector('[data-label="Last week"]')?.textContent).toBe(
      'n/a (the history has not been read this far)',
    );
  });
});
