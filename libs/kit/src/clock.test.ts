import { describe, expect, it } from '@jest/globals';
import { assertClockAllowed, createClock } from './clock.ts';

describe('createClock', () => {
  it('shows the time of the machine by default', () => {
    expect(Math.abs(createClock().now().getTime() - Date.now())).toBeLessThan(1000);
  });

  it('moves by the difference of the two instants, into the past as well', () => {
    const real = new Date().toISOString();

    const past = createClock(`2010-12-01T08:00:00Z@${real}`).now();

    const offBy = past.getTime() - Date.parse('2010-12-01T08:00:00Z');
    expect(offBy).toBeGreaterThanOrEqual(0);
    expect(offBy).toBeLessThan(5000);
  });

  it('shows the same time in a process that starts later', () => {
    const clockAt = '2030-01-01T00:00:00+07:00@2026-01-01T00:00:00Z';
    const offsetMs = Date.parse('2029-12-31T17:00:00Z') - Date.parse('2026-01-01T00:00:00Z');

    const shown = createClock(clockAt).now().getTime();

    expect(Math.abs(shown - (Date.now() + offsetMs))).toBeLessThan(1000);
  });

  it.each(['', 'now', '2030-01-01@2026-01-01', '2030-01-01T00:00:00@2026-01-01T00:00:00Z'])(
    'refuses %j',
    (clockAt) => {
      expect(() => createClock(clockAt)).toThrow('CLOCK_AT');
    },
  );

  it('measures durations that never go back', () => {
    const clock = createClock();

    const first = clock.monotonicMs();

    expect(clock.monotonicMs()).toBeGreaterThanOrEqual(first);
  });
});

describe('assertClockAllowed', () => {
  it('accepts engines on this machine', () => {
    expect(() => {
      assertClockAllowed([
        '127.0.0.1:9092,localhost:9093',
        'mongodb://user:p%40ss@127.0.0.1:27017,127.0.0.2:27018/identity?x=1',
        'http://[::1]:8123',
        'http://localhost:8200/v1',
      ]);
    }).not.toThrow();
  });

  it.each([
    '127.0.0.1:9092,kafka:9092',
    'mongodb://127.0.0.1@mongo.example:27017/x',
    'http://127.0.0.1.example:8200',
    'https://10.0.0.7',
    '',
  ])('refuses %j', (url) => {
    expect(() => {
      assertClockAllowed(['127.0.0.1:1', url]);
    }).toThrow('loopback');
  });
});
