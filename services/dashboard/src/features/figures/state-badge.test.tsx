import { afterEach, describe, expect, it } from '@jest/globals';
import { cleanup, render } from '@testing-library/react';
import type { ComponentProps } from 'react';
import { StateBadge } from './state-badge.tsx';

type Value = ComponentProps<typeof StateBadge>['value'];
afterEach(cleanup);

describe('StateBadge', () => {
  it.each<[string, Value]>([
    ['', { state: 'complete', stale: false }],
    ['not fresh', { state: 'complete', stale: true }],
    ['so far, not fresh', { state: 'partial', stale: true }],
    ['in doubt', { state: 'source_inconsistent', stale: false }],
    [
      'in doubt, records missing',
      { state: 'source_inconsistent', lacks: ['records'], stale: false },
    ],
    ['loading, records missing', { state: 'backfilling', lacks: ['records'], stale: false }],
  ])('says "%s"', (text, value) => {
    expect(render(<StateBadge value={value} />).container.textContent).toBe(text);
  });
});
