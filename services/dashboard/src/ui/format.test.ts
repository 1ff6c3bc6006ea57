import { NULL_REASONS } from '@tokometrics/contracts';
import { describe, expect, it } from '@jest/globals';
import {
  formatCompact,
  formatFigure,
  formatInstant,
  formatMissing,
  formatMoney,
  formatRange,
  formatSeconds,
  formatShare,
  formatTick,
  nullText,
} from './format.ts';

const plain = (text: string) => text.replace(/\u00a0|\u202f/g, ' ');

describe('numbers', () => {
  it.each([
    ['1008575.13', 'GBP', '£1,008,575.13'],
    ['-12.5', 'GBP', '\u2212£12.50'],
    ['280000', 'IDR', 'IDR 280,000'],
    ['0', 'USD', 'US$0.00'],
    // More digits than a floating-point number holds.
    ['12345678901234.56', 'GBP', '£12,345,678,901,234.56'],
  ])('%s %s reads %s', (text, currency, shown) => {
    expect(plain(formatMoney(text, currency))).toBe(shown);
  });

  it('writes counts without a currency and ratios as percentages', () => {
    expect(formatFigure('337665', { unit: 'count' })).toBe('337,665');
    expect(formatFigure('0.333333', { unit: 'ratio' })).toBe('33.3%');
    expect(formatShare('-0.5')).toBe('\u221250.0%');
  });

  it('shortens from ten thousand on, and not before', () => {
    expect(formatCompact('9999.99', { currency: 'GBP' })).toBe('£9,999.99');
    expect(formatCompact('10000', { currency: 'GBP' })).toBe('£10.0k');
    expect(formatCompact('-1008575.13', { currency: 'GBP' })).toBe('\u2212£1.0m');
  });

  it('keeps neighbouring ticks apart', () => {
    expect([0, 250, 500, 1_250].map((value) => formatTick(value, { unit: 'count' }))).toEqual([
      '0',
      '250',
      '500',
      '1.25k',
    ]);
  });
});

describe('missing values', () => {
  it('never look like zero, and every reason has its words', () => {
    for (const reason of NULL_REASONS) {
      expect(['n/a', '\u2014']).toContain(formatMissing(reason));
      expect(nullText(reason)).not.toBe('No value');
    }
  });

  it('tell an hour to come from one that is over and was not read', () => {
    expect(nullText('not_yet', '9999-01-01T00:00:00Z')).toBe('Has not happened yet');
    expect(nullText('not_yet', '2026-03-01T00:00:00Z')).toBe('Not read yet');
    expect(nullText('not_yet')).toBe('Not read yet');
    expect(nullText('mixed_currency', '9999-01-01T00:00:00Z')).toContain('currency');
  });

  it('tell what has not happened from what cannot be worked out', () => {
    expect(formatMissing('not_yet')).toBe('\u2014');
    expect(formatMissing('zero_denominator')).toBe('n/a');
  });
});

describe('dates', () => {
  it.each([
    ['2026-11-22', '2026-11-23', '22 Nov 2026'],
    ['2026-10-26', '2026-11-23', '26 Oct \u2013 22 Nov 2026'],
    ['2025-12-31', '2026-01-02', '31 Dec 2025 \u2013 1 Jan 2026'],
  ])('[%s, %s) reads %s', (from, to, shown) => {
    expect(formatRange(from, to)).toBe(shown);
  });

  it('shows instants on the clock of the shop', () => {
    expect(formatInstant('2026-11-22T18:30:00Z', 'Asia/Jakarta')).toBe('23 Nov 2026, 01:30');
  });

  it.each([
    [12, '12 s'],
    [236, '4 min'],
    [7_260, '2 h 1 min'],
  ])('%i seconds read %s', (seconds, shown) => {
    expect(formatSeconds(seconds)).toBe(shown);
  });
});
