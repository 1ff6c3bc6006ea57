import { describe, expect, it } from '@jest/globals';
import { delaySeconds, FRESH_COUNTER, takeTry } from './throttle.ts';

const start = new Date('2026-11-25T10:00:00Z');
const later = (seconds: number): Date => new Date(start.getTime() + seconds * 1000);

describe('throttle', () => {
  it('doubles from one second to fifteen minutes and stays there', () => {
    expect([4, 5, 6, 7, 14, 15, 40].map((granted) => delaySeconds(granted))).toEqual([
      0, 1, 2, 4, 512, 900, 900,
    ]);
  });

  it('gives five tries at once and refuses the sixth', () => {
    let counter = FRESH_COUNTER;
    for (let index = 0; index < 5; index += 1) {
      const verdict = takeTry(counter, start);
      expect(verdict.taken).toBe(true);
      counter = verdict.taken ? verdict.next : counter;
    }

    expect(takeTry(counter, start)).toEqual({ taken: false, retryAfterSeconds: 1 });
    expect(takeTry(counter, later(1)).taken).toBe(true);
  });

  it('does not grow by what it refuses', () => {
    const blocked = { granted: 10, blockedUntil: later(32), lastTakenAt: start };

    for (let second = 0; second < 32; second += 1) {
      expect(takeTry(blocked, later(second))).toMatchObject({ taken: false });
    }
    expect(takeTry(blocked, later(32))).toMatchObject({ taken: true, next: { granted: 11 } });
  });

  it('forgets after twelve quiet hours', () => {
    const old = { granted: 30, blockedUntil: later(900), lastTakenAt: start };

    expect(takeTry(old, later(12 * 3600 + 1))).toMatchObject({ taken: true, next: { granted: 1 } });
  });
});
