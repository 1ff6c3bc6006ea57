import { afterEach, describe, expect, it } from '@jest/globals';
import type { ValueState } from '@tokometrics/contracts';
import { cleanup, render } from '@testing-library/react';
import { UnreadNotice } from './unread-notice.tsx';

afterEach(cleanup);

const sales = (state: ValueState) => ({ metric: 'gross_sales' as const, state });
/** What a figure is, and what it is compared with. */
const tile = (now: ValueState, before: ValueState = 'complete') => ({
  value: sales(now),
  delta: { baseline: sales(before) },
});
const NONE = { resource: 'product' as const, unread: null };
const said = (records: number, from: string | null, through: string) =>
  render(
    <UnreadNotice
      tiles={[tile('incomplete')]}
      freshness={[NONE, { resource: 'order', unread: { records, from, through } }]}
      timezone="Asia/Jakarta"
    />,
  ).container.querySelector('li')?.textContent;

describe('UnreadNotice', () => {
  it('is not there while nothing is missing', () => {
    const { container } = render(
      <UnreadNotice tiles={[tile('incomplete')]} freshness={[NONE]} timezone="Asia/Jakarta" />,
    );

    expect(container.textContent).toBe('');
  });

  it.each([
    [
      2,
      '2026-03-09T18:00:00Z',
      '2026-03-11T02:00:00Z',
      'from 10 Mar 2026 to 11 Mar 2026 may lack them.',
    ],
    [1, '2026-03-09T18:00:00Z', '2026-03-10T02:00:00Z', 'of 10 Mar 2026 may lack it.'],
    [3, null, '2026-03-10T02:00:00Z', 'up to 10 Mar 2026 may lack them.'],
  ])('says how many and of which days of the shop: %p %p', (records, from, through, expected) => {
    const name = records === 1 ? 'order' : 'orders';

    expect(said(records, from, through)).toBe(`${records} ${name}: figures ${expected}`);
  });

  it('is told of also where a figure is in doubt', () => {
    const unread = { records: 2, from: null, through: '2026-03-10T02:00:00Z' };
    const value = { ...sales('source_inconsistent'), lacks: ['records' as const] };
    const { container } = render(
      <UnreadNotice
        tiles={[{ value }]}
        freshness={[{ resource: 'order', unread }]}
        timezone="Asia/Jakarta"
      />,
    );

    expect(container.querySelector('li')?.textContent).toContain('2 orders');
  });

  it.each([
    ['complete', 'complete', []],
    ['partial', 'incomplete', ['2 orders']],
    ['incomplete', 'complete', ['2 orders']],
  ] as const)('tells of what the figures lack: %s, against %s', (now, before, expected) => {
    const unread = { records: 2, from: null, through: '2026-03-10T02:00:00Z' };
    const { container } = render(
      <UnreadNotice
        tiles={[tile(now, before)]}
        freshness={(['order', 'product', 'transaction'] as const).map((resource) => ({
          resource,
          unread,
        }))}
        timezone="Asia/Jakarta"
      />,
    );

    const told = [...container.querySelectorAll('li')].map(({ textContent }) => textContent);
    expect(told.map((text) => text.replace(/:.*/, ''))).toEqual(expected);
  });
});
