import { describe, expect, it } from '@jest/globals';
import { groupHoldings, retentionText } from './holdings-table.tsx';

const item = (storeId: string, category: string) => ({
  storeId,
  shopKey: null,
  category,
  holds: '',
  records: 0,
  clause: 'tiktok',
  retentionDays: 730,
  encryption: 'none',
  erasedOnDisconnect: true,
});

describe('groupHoldings', () => {
  it('keeps every place, also one that is empty', () => {
    const groups = groupHoldings([item('a', 'orders'), item('b', 'finance'), item('c', 'orders')]);
    expect(groups.map(([category, items]) => [category, items.length])).toEqual([
      ['orders', 2],
      ['finance', 1],
    ]);
  });
});

describe('retentionText', () => {
  it.each([
    [0, 'until you disconnect'],
    [30, 'up to 30 days'],
    [365, 'up to 1 year'],
    [730, 'up to 2 years'],
  ])('%i days read "%s"', (days, text) => {
    expect(retentionText(days)).toBe(text);
  });
});
