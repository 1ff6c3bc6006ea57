import { describe, expect, it } from '@jest/globals';
import {
  addDays,
  addMonths,
  bucketsOf,
  daysBetween,
  defaultGranularity,
  firstKeptDay,
  isTimeZone,
  localDateOf,
  localHourStart,
  startOfDay,
  zoneOffset,
} from './time.ts';

const seconds = (text: string): number => Date.parse(text) / 1000;

describe('local days', () => {
  it.each([
    ['Asia/Jakarta', '2026-03-01T16:59:59Z', '2026-03-01'],
    ['Asia/Jakarta', '2026-03-01T17:00:00Z', '2026-03-02'],
    ['Europe/London', '2026-07-03T23:30:00Z', '2026-07-04'],
    ['America/New_York', '2026-01-01T04:59:59Z', '2025-12-31'],
    ['Pacific/Kiritimati', '2025-12-31T10:00:00Z', '2026-01-01'],
  ])('%s at %s is %s', (zone, at, date) => {
    expect(localDateOf(zone, seconds(at))).toBe(date);
  });

  it.each([
    ['Europe/Berlin', '2026-03-29', 23],
    ['Europe/Berlin', '2026-10-25', 25],
    ['America/New_York', '2026-11-01', 25],
    ['America/New_York', '2026-03-08', 23],
    ['Asia/Jakarta', '2026-03-08', 24],
    ['Australia/Lord_Howe', '2026-04-05', 24.5],
  ])('%s has on %s %p hours', (zone, date, hours) => {
    const length = startOfDay(zone, addDays(date, 1)) - startOfDay(zone, date);

    expect(length / 3600).toBe(hours);
  });

  it('starts a day without midnight at its first instant', () => {
    // Clocks of Cairo leapt from 00:00 to 01:00 on this day.
    const start = startOfDay('Africa/Cairo', '2026-04-24');

    expect(new Date(start * 1000).toISOString()).toBe('2026-04-23T22:00:00.000Z');
    expect(localDateOf('Africa/Cairo', start - 1)).toBe('2026-04-23');
  });

  it('tiles every day of two years without gap or overlap in zones of all kinds', () => {
    for (const zone of [
      'Europe/London',
      'America/Sao_Paulo',
      'Australia/Lord_Howe',
      'Asia/Kathmandu',
    ]) {
      for (let date = '2025-01-01'; date < '2027-01-01'; date = addDays(date, 1)) {
        const at = startOfDay(zone, date);
        expect(localDateOf(zone, at)).toBe(date);
        expect(localDateOf(zone, at - 1)).toBe(addDays(date, -1));
      }
    }
  });

  it('begins local hours exactly, also in half-hour zones', () => {
    const at = seconds('2026-05-01T10:10:00Z');

    expect(localHourStart('Asia/Kolkata', at)).toBe(seconds('2026-05-01T09:30:00Z'));
    expect(zoneOffset('Asia/Kolkata', at)).toBe(19_800);
  });

  it('knows which names are zones', () => {
    expect(isTimeZone('Europe/London')).toBe(true);
    expect(isTimeZone('Europe/Nowhere')).toBe(false);
  });
});

describe('calendar arithmetic', () => {
  it('clamps to the last day of a month', () => {
    expect(addMonths('2026-03-31', -1)).toBe('2026-02-28');
    expect(addMonths('2028-02-29', -12)).toBe('2027-02-28');
    expect(daysBetween('2026-02-01', '2026-03-01')).toBe(28);
  });

  it.each([
    ['2026-12-01', '2024-12-02'],
    ['2026-02-27', '2024-02-28'],
    // Two years of the 28th and of the 29th are over.
    ['2026-02-28', '2024-03-01'],
    ['2026-03-01', '2024-03-02'],
    ['2028-02-28', '2026-03-01'],
    ['2028-02-29', '2026-03-01'],
    ['2028-03-01', '2026-03-02'],
  ])('keeps on %s what is of %s or later', (today, first) => {
    expect(firstKeptDay(today)).toBe(first);
  });

  it('has exactly one granularity for every length', () => {
    for (let days = 1; days <= 730; days += 1) {
      const grain = defaultGranularity('2024-01-01', addDays('2024-01-01', days));
      const points = bucketsOf('Europe/London', '2024-01-01', addDays('2024-01-01', days), grain);
      expect(points.length).toBeLessThanOrEqual(800);
      expect(points.length).toBeGreaterThan(0);
    }
  });
});

describe('buckets', () => {
  it('gives a day of 25 hours 25 hourly buckets and one of 23 hours 23', () => {
    expect(bucketsOf('Europe/Berlin', '2026-10-25', '2026-10-26', 'hour')).toHaveLength(25);
    expect(bucketsOf('Europe/Berlin', '2026-03-29', '2026-03-30', 'hour')).toHaveLength(23);
  });

  it('cuts weeks on Monday and clips the ends to the range', () => {
    const weeks = bucketsOf('Europe/London', '2026-11-18', '2026-12-02', 'week');

    expect(weeks.map((week) => week.date)).toEqual(['2026-11-18', '2026-11-23', '2026-11-30']);
  });

  it('follows on without gaps', () => {
    const months = bucketsOf('America/New_York', '2025-11-20', '2026-11-20', 'month');

    months.slice(1).forEach((month, index) => {
      expect(month.from).toBe(months[index]?.to);
    });
  });
});
