import { describe, expect, it } from '@jest/globals';
import { createPassInstants } from './pass-instant.ts';

const NOTHING = '1970-01-01 00:00:00.000000';
const at = (seconds: string) => `2026-03-01 10:00:${seconds}`;

describe('the instant of a pass', () => {
  it.each([
    ['the clock of the store', [[at('05.000001'), NOTHING]], at('05.000001'), false],
    ['the clock, behind rows of before', [[at('05.5'), at('04.9')]], at('05.500000'), false],
    [
      'later than the pass before',
      [
        [at('05.0'), NOTHING],
        [at('05.0'), NOTHING],
      ],
      at('05.000001'),
      false,
    ],
    [
      'later than it, on a clock that stepped back',
      [
        [at('05.0'), NOTHING],
        [at('04.0'), NOTHING],
      ],
      at('05.000001'),
      true,
    ],
    ['later than rows of the same moment', [[at('05.0'), at('05.0')]], at('05.000001'), false],
    [
      'later than rows of a clock that stepped back',
      [[at('05.0'), at('59.999999')]],
      '2026-03-01 10:01:00.000000',
      true,
    ],
    [
      'the clock, over buckets without such rows',
      [
        [at('05.0'), at('59.0')],
        [at('06.0'), NOTHING],
      ],
      at('06.000000'),
      false,
    ],
  ])('is %s', (_what, passes, tau, isBackwards) => {
    const { next } = createPassInstants();
    const padded = (text = '') => text.padEnd(26, '0');

    const taken = passes.map(([now, newest]) => next(padded(now), padded(newest)));

    expect(taken.at(-1)).toEqual({ tau, isBackwards });
  });
});
