import { describe, expect, it } from '@jest/globals';
import {
  figureQuery,
  grainsOf,
  ordersSearch,
  overviewSearch,
  parseSearch,
  productSearch,
  rangeOf,
  safeNext,
  stringifySearch,
  windowEnding,
} from './search.ts';

const read = (text: string) => overviewSearch.parse(parseSearch(text));

describe('the address', () => {
  it('is the state, there and back', () => {
    const text =
      '?basis=order&compare=previous_year&from=2026-10-01&grain=week&metric=net_sales&to=2026-11-01';
    expect(stringifySearch(read(text))).toBe(text);
  });

  it('leaves out what is the default', () => {
    expect(stringifySearch({ metric: 'gross_sales', basis: 'activity', range: '7d' })).toBe(
      '?range=7d',
    );
    expect(stringifySearch({ metric: undefined })).toBe('');
  });

  it('opens the page also when it is damaged', () => {
    expect(read('?range=forever&metric=profit&grain=second&from=yesterday&x=1')).toEqual({});
  });

  it('keeps an order number as text', () => {
    const { q } = ordersSearch.parse(parseSearch('?q=577000000000000001'));
    expect(q).toBe('577000000000000001');
    expect(ordersSearch.parse(parseSearch('?q=abc')).q).toBeUndefined();
  });
});

describe('the address of a product', () => {
  it.each([
    ['?grain=hour&range=91d', '?range=91d'],
    ['?grain=week&metric=units&range=91d', '?grain=week&metric=units&range=91d'],
    ['?compare=previous_year&metric=aov', ''],
  ])('leaves out of %s what a product has not', (text, left) => {
    expect(stringifySearch(productSearch.parse(parseSearch(text)))).toBe(left);
  });
});

describe('rangeOf', () => {
  it('takes a pair of dates before a name, and four weeks when there is neither', () => {
    expect(rangeOf({ range: '7d', from: '2026-01-01', to: '2026-02-01' })).toEqual({
      from: '2026-01-01',
      to: '2026-02-01',
      range: undefined,
    });
    expect(rangeOf({ from: '2026-01-01' }).range).toBe('28d');
  });
});

describe('figureQuery', () => {
  it('asks for exactly what the page shows', () => {
    expect(figureQuery(read('?range=91d&grain=week&basis=order&rows=orders'), 'S')).toEqual({
      shop: 'S',
      range: '91d',
      from: undefined,
      to: undefined,
      grain: 'week',
      basis: 'order',
      compare: undefined,
    });
  });
});

describe('grainsOf', () => {
  it.each([
    [{ range: 'today' as const }, ['hour', 'day']],
    [{ range: '28d' as const }, ['hour', 'day', 'week']],
    [{ range: '12mo' as const }, ['day', 'week', 'month']],
    [{ from: '2026-02-01', to: '2026-01-01' }, ['day']],
  ])('%j allows %j', (search, grains) => {
    expect(grainsOf(search)).toEqual(grains);
  });
});

describe('safeNext', () => {
  it.each([
    ['/overview?range=7d', '/overview?range=7d'],
    ['//evil.example', undefined],
    ['/\\evil.example', undefined],
    ['https://evil.example', undefined],
    ['/login?next=/', undefined],
  ])('%s leads to %s', (next, path) => {
    expect(safeNext(next)).toBe(path);
  });
});

describe('windowEnding', () => {
  it('ends with the day itself', () => {
    expect(windowEnding('2026-11-09', 28)).toEqual({ from: '2026-10-13', to: '2026-11-10' });
  });
});
