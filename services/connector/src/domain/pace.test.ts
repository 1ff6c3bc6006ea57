import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createPace, nextLane, UNTOLD_LOOKS } from './pace.ts';
import type { GroupLag, LaneState } from './pace.ts';

const LIMIT = 100;
const FREE: LaneState = { isBehind: false, untold: 0 };
const BEHIND: LaneState = { isBehind: true, untold: 0 };
const last: LaneState = { isBehind: true, untold: UNTOLD_LOOKS - 1 };

describe('nextLane', () => {
  it.each<[string, LaneState, GroupLag[], boolean]>([
    ['is free while nothing waits', FREE, [0, 0], false],
    ['is free up to the limit', FREE, [60, 40], false],
    ['is behind beyond it, all groups together', FREE, [60, 41], true],
    ['is behind down to half of the limit', BEHIND, [30, 20], true],
    ['is free below half of it', BEHIND, [30, 19], false],
    ['stays free while nobody tells', FREE, [undefined, undefined], false],
    ['stays behind while nobody tells', BEHIND, [undefined, undefined], true],
    ['stays behind while one does not tell, whatever the others do', BEHIND, [0, undefined], true],
    ['is behind by what the others tell', FREE, [101, undefined], true],
    ['is free in the end when nobody tells any more', last, [undefined], false],
    ['stays behind by what the others tell', last, [101, undefined], true],
  ])('%s', (_what, state, lags, isBehind) => {
    expect(nextLane(state, lags, LIMIT).isBehind).toBe(isBehind);
  });

  it('begins to count anew with every look that tells', () => {
    expect(nextLane(last, [50], LIMIT)).toEqual(BEHIND);
    expect(nextLane(BEHIND, [undefined], LIMIT)).toEqual({ isBehind: true, untold: 1 });
  });

  it('is made behind by what is told alone, and held for ever by nothing, nor by silence', () => {
    const lag = fc.option(fc.nat({ max: 250 }), { nil: undefined });
    const ends = fc.constantFrom<GroupLag[]>([undefined, 0], [24, 25], [0, 0]);
    fc.assert(
      fc.property(fc.array(fc.tuple(lag, lag), { maxLength: 60 }), ends, (looks, end) => {
        let state = FREE;
        const wrong = looks.filter((lags) => {
          const { isBehind: before } = state;
          state = nextLane(state, lags, LIMIT);
          const sum = (lags[0] ?? 0) + (lags[1] ?? 0);
          const isTold = !lags.includes(undefined);
          // Between the limit and its half all stays as it was; without a word it never gets worse.
          const expected = sum > LIMIT || (before && (!isTold || sum >= LIMIT / 2));
          return isTold || sum > LIMIT ? state.isBehind !== expected : state.isBehind && !before;
        });
        Array.from({ length: UNTOLD_LOOKS }).forEach(() => {
          state = nextLane(state, end, LIMIT);
        });

        expect([wrong, state.isBehind]).toEqual([[], false]);
      }),
      { numRuns: 500 },
    );
  });
});

describe('createPace', () => {
  const aPace = () => {
    const said: string[] = [];
    const pace = createPace(LIMIT, (lane, isBehind, records) => {
      said.push(`${lane} ${isBehind ? 'behind' : 'free'} ${String(records)}`);
    });
    const at = () => [pace.isHistoryHeld(), pace.stretch(15)];
    return { pace, said, at };
  };

  it('holds histories while theirs is behind, and lets polls run as they do', () => {
    const { pace, at } = aPace();
    pace.note({ live: [0], history: [101] });

    expect(at()).toEqual([true, 15]);
  });

  it('holds histories and halves the rate of polls while live is behind', () => {
    const { pace, at } = aPace();
    pace.note({ live: [101], history: [0] });

    expect(at()).toEqual([true, 30]);
  });

  it('says each change once, and goes back to what it was', () => {
    const { pace, said, at } = aPace();
    for (const records of [0, 100, 101, 300, 50, 49, 0]) {
      pace.note({ live: [0], history: [records] });
    }
    pace.note({ live: [101], history: [0] });

    expect(said).toEqual(['history behind 101', 'history free 49', 'live behind 101']);
    pace.note({ live: [0], history: [0] });
    expect(at()).toEqual([false, 15]);
  });
});
