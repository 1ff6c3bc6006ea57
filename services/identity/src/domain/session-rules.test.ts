import { describe, expect, it } from '@jest/globals';
import { isExpired, maxAgeSeconds } from './session-rules.ts';

const createdAt = new Date('2026-11-25T08:00:00Z');
const at = (minutes: number): Date => new Date(createdAt.getTime() + minutes * 60_000);
const session = (seen: number, remember = false) => ({ remember, createdAt, lastSeenAt: at(seen) });

describe('sessions', () => {
  it.each([
    ['half an hour idle', session(0), at(30), false],
    ['a moment more', session(0), new Date(at(30).getTime() + 1000), true],
    ['twelve hours, active to the end', session(719), at(720), false],
    ['a moment more, active or not', session(720), new Date(at(720).getTime() + 1000), true],
    ['a week idle, remembered', session(0, true), at(7 * 1440), false],
    [
      'thirty days, remembered',
      session(30 * 1440, true),
      new Date(at(30 * 1440).getTime() + 1),
      true,
    ],
  ])('%s', (_name, given, now, expected) => {
    expect(isExpired(given, now)).toBe(expected);
  });

  it('lets the cookie live exactly as long as the session may', () => {
    expect(maxAgeSeconds(session(0), at(0))).toBe(12 * 3600);
    expect(maxAgeSeconds(session(0, true), at(1440))).toBe(29 * 86_400);
  });
});
