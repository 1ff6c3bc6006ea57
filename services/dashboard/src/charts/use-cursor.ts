import { useState } from 'react';
import type { KeyboardEvent, MouseEvent, PointerEvent } from 'react';
import type { ChartLine, ChartPoint } from './chart-model.ts';
import { pointNote, pointText } from './chart-model.ts';
import type { Plot } from './geometry.ts';

const MOVES: Readonly<Record<string, (index: number, last: number) => number>> = {
  ArrowLeft: (index) => index - 1,
  ArrowRight: (index) => index + 1,
  Home: () => 0,
  End: (_index, last) => last,
  PageUp: (index) => index - 7,
  PageDown: (index) => index + 7,
};

function spokenOf(lines: readonly ChartLine[], index: number, series: number): string {
  const line = lines[series];
  const point = line?.points[index];
  if (line === undefined || point === undefined) {
    return '';
  }
  const note = point.value === null ? undefined : pointNote(point);
  const state = note === undefined ? '' : `, ${note}`;
  return `${point.label}: ${pointText(point)}${state}. ${line.name}.`;
}

/** Where in the chart a person is, by pointer or by arrow keys; a click or Enter opens the rows. */
export function useCursor(
  lines: readonly ChartLine[],
  plot: Plot,
  onOpen: ((point: ChartPoint) => void) | undefined,
) {
  const [index, setIndex] = useState<number>();
  const [series, setSeries] = useState(0);
  const [spoken, setSpoken] = useState('');
  const last = plot.count - 1;
  const openAt = (place: number | undefined) => {
    const point = place === undefined ? undefined : lines[0]?.points[place];
    if (point !== undefined && point.value !== null) {
      onOpen?.(point);
    }
  };
  const placeOf = (event: MouseEvent<HTMLElement>) =>
    plot.indexAt(event.clientX - event.currentTarget.getBoundingClientRect().left);
  const goTo = (place: number, line: number) => {
    const next = Math.max(0, Math.min(last, place));
    setIndex(next);
    setSpoken(spokenOf(lines, next, line));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const move = MOVES[event.key];
    if (move !== undefined) {
      goTo(
        index === undefined ? (event.key === 'ArrowLeft' ? last : 0) : move(index, last),
        series,
      );
    } else if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
      const next = (series + (event.key === 'ArrowUp' ? -1 : 1) + lines.length) % lines.length;
      setSeries(next);
      goTo(index ?? last, next);
    } else if (event.key === 'Enter') {
      openAt(index);
    } else if (event.key === 'Escape') {
      setIndex(undefined);
    } else {
      return;
    }
    event.preventDefault();
  };
  return {
    index: index === undefined ? undefined : Math.min(index, last),
    spoken,
    onKeyDown,
    onPointerMove: (event: PointerEvent<HTMLElement>) => setIndex(placeOf(event)),
    onClick: (event: MouseEvent<HTMLElement>) => openAt(placeOf(event)),
    clear: () => setIndex(undefined),
  };
}
