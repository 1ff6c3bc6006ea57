import { describe, expect, it } from '@jest/globals';
import { turns } from '@tokometrics/testkit';
import fc from 'fast-check';
import { bucketKey } from './dirty-buckets.ts';
import type { DirtyBuckets } from './dirty-buckets.ts';
import { NO_PATIENCE } from './pass-lane.ts';
import type { Patience } from './pass-lane.ts';
import { createPassQueue } from './pass-queue.ts';
import type { PassQueue } from './pass-queue.ts';

const HISTORY_BUCKETS_PER_PASS = 3;
/** Whatever asks for what is live, it is never more than this at once. */
const ALL_LIVE_BUCKETS = 6;
const KINDS = ['order', 'settlement', 'finance'] as const;

interface Asking {
  readonly afterMs: number;
  readonly lane: keyof PassQueue;
  readonly patience: Patience;
  readonly dirty: DirtyBuckets;
}

/** How the passes go, in their order, and again from the first. */
interface Weather {
  readonly tookMs: number;
  readonly fails: boolean;
}

/** Instants are places in the order of all that happens: no two are alike. */
interface Asked extends Asking {
  readonly askedAt: number;
  settledAt: number;
  outcome: 'open' | 'resolved' | 'rejected';
}
interface Rolled {
  readonly dirty: DirtyBuckets;
  readonly begunAt: number;
  readonly fails: boolean;
  endedAt: number;
}

/** Buckets of a pass by what it does for whom: one over orders sums up the settlements of its days too. */
const rolledBy = ({ order, settlement, finance }: DirtyBuckets): Set<string> =>
  new Set([
    ...order.flatMap((one) => [`order ${bucketKey(one)}`, `settlement ${bucketKey(one)}`]),
    ...settlement.map((one) => `settlement ${bucketKey(one)}`),
    ...finance.map((one) => `finance ${bucketKey(one)}`),
  ]);
const wantedBy = (dirty: DirtyBuckets): string[] =>
  KINDS.flatMap((kind) => dirty[kind].map((one) => `${kind} ${bucketKey(one)}`));

/** Lets everybody ask and every pass end, each at its time; what comes at one time comes in its order. */
async function played(
  askings: readonly Asking[],
  weather: readonly Weather[],
  liveBucketsPerPass: number,
) {
  const agenda: { atMs: number; act: () => void }[] = [];
  const asked: Asked[] = [];
  const rolled: Rolled[] = [];
  let nowMs = 0;
  let instant = 0;
  const after = (ms: number, act: () => void) => {
    const item = { atMs: nowMs + ms, act };
    agenda.push(item);
    return () => {
      item.act = () => undefined;
    };
  };
  const pass = (dirty: DirtyBuckets): Promise<void> => {
    const { tookMs, fails } = weather[rolled.length % weather.length] ?? {
      tookMs: 1,
      fails: false,
    };
    const entry: Rolled = {
      dirty,
      fails,
      begunAt: (instant += 1),
      endedAt: Number.POSITIVE_INFINITY,
    };
    rolled.push(entry);
    return new Promise((resolve, reject) => {
      after(tookMs, () => {
        entry.endedAt = instant += 1;
        if (fails) {
          reject(new Error('no store'));
        } else {
          resolve();
        }
      });
    });
  };
  const clock = { now: () => nowMs, after };
  const queue = createPassQueue(pass, clock, {
    live: liveBucketsPerPass,
    history: HISTORY_BUCKETS_PER_PASS,
  });
  const ask = (asking: Asking): void => {
    const entry: Asked = {
      ...asking,
      ...{ askedAt: (instant += 1), settledAt: Number.POSITIVE_INFINITY, outcome: 'open' },
    };
    asked.push(entry);
    const settle = (outcome: Asked['outcome']) => () => {
      entry.outcome = outcome;
      entry.settledAt = instant += 1;
    };
    queue[asking.lane](asking.dirty, asking.patience).then(settle('resolved'), settle('rejected'));
  };
  let askMs = 0;
  for (const asking of askings) {
    askMs += asking.afterMs;
    after(askMs, () => {
      ask(asking);
    });
  }
  while (agenda.length > 0) {
    agenda.sort((one, other) => one.atMs - other.atMs);
    const next = agenda.shift();
    nowMs = next?.atMs ?? nowMs;
    next?.act();
    await turns(20);
  }
  return { asked, rolled, liveBucketsPerPass };
}

type Played = Awaited<ReturnType<typeof played>>;

/** Passes that had begun when somebody was answered, and had not ended when they asked. */
const during = (rolled: readonly Rolled[], { askedAt, settledAt }: Asked): Rolled[] =>
  rolled.filter((one) => one.endedAt > askedAt && one.begunAt < settledAt);

/** Days, and days of finance: one over orders may be wanted only for its settlements any more. */
const daysOf = ({ order, settlement, finance }: DirtyBuckets): string[] => [
  ...[...order, ...settlement].map(bucketKey),
  ...finance.map((one) => `finance ${bucketKey(one)}`),
];

/** Whether every day was asked for in this lane by somebody who does not have it yet. */
const isOf = (lane: keyof PassQueue, { asked }: Played, one: Rolled): boolean => {
  const wanted = asked.filter(
    (each) => each.lane === lane && each.askedAt < one.begunAt && each.settledAt > one.begunAt,
  );
  const days = new Set(wanted.flatMap(({ dirty }) => daysOf(dirty)));
  return daysOf(one.dirty).every((key) => days.has(key));
};

/** All that was asked for was rolled since; or a pass that held some of it has just failed. */
function expectHonest({ asked, rolled }: Played): void {
  for (const each of asked) {
    const since = rolled.filter(
      ({ begunAt, endedAt }) => begunAt > each.askedAt && endedAt < each.settledAt,
    );
    const done = new Set(since.flatMap((one) => (one.fails ? [] : [...rolledBy(one.dirty)])));
    const wanted = wantedBy(each.dirty);
    const last = since.at(-1);
    const isRight = {
      open: false,
      resolved: wanted.every((key) => done.has(key)),
      rejected: last?.fails === true && wanted.some((key) => rolledBy(last.dirty).has(key)),
    }[each.outcome];

    expect({ ...each, isRight }).toMatchObject({ isRight: true });
  }
}

function expectOneAtATime({ rolled }: Played): void {
  for (const [index, one] of rolled.entries()) {
    expect(one.begunAt).toBeGreaterThan(rolled[index - 1]?.endedAt ?? 0);
    expect(one.endedAt).toBeLessThan(Number.POSITIVE_INFINITY);
  }
}

/** Each lane by itself, in pieces, no day twice in a pass. */
function expectBounded(game: Played): void {
  for (const one of game.rolled) {
    const keys = daysOf(one.dirty);
    const isLive = isOf('live', game, one);

    expect(
      (isLive && keys.length <= game.liveBucketsPerPass) ||
        (isOf('history', game, one) && keys.length <= HISTORY_BUCKETS_PER_PASS),
    ).toBe(true);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).not.toEqual([]);
  }
}

/** Who has no patience meets at most one pass of the other lane between two of their own. */
function expectTurns(game: Played): void {
  const impatient = game.asked.filter(({ patience }) => patience === NO_PATIENCE);
  for (const each of impatient) {
    const met = during(game.rolled, each).map((one) => isOf(each.lane, game, one));

    expect(met.filter((isOwn, index) => !isOwn && met[index - 1] === false)).toEqual([]);
    // Where all that is live fits into one pass it waits for one piece of a history in all.
    if (each.lane === 'live' && game.liveBucketsPerPass >= ALL_LIVE_BUCKETS) {
      expect(met.filter((isOwn) => !isOwn).length).toBeLessThanOrEqual(1);
    }
  }
}

const aDirty = (lane: keyof PassQueue): fc.Arbitrary<DirtyBuckets> => {
  // Some days are asked for in both lanes.
  const names = lane === 'live' ? ['a', 'b', 'c'] : ['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'];
  const buckets = fc
    .subarray(names, { maxLength: lane === 'live' ? 2 : 6 })
    .map((some) => some.map((localDate) => ({ shopKey: 'S', epoch: 1, localDate })));
  return fc.record({ order: buckets, settlement: buckets, finance: buckets });
};

const anAsking: fc.Arbitrary<Asking> = fc
  .constantFrom<keyof PassQueue>('live', 'history')
  .chain((lane) =>
    fc.record({
      afterMs: fc.nat({ max: 60 }),
      lane: fc.constant(lane),
      patience: fc.constantFrom(
        ...[NO_PATIENCE, { longestMs: 300, nextMs: 300 }, { longestMs: 300, nextMs: 40 }],
      ),
      dirty: aDirty(lane),
    }),
  );

const someWeather = fc.array(
  fc.record({
    tookMs: fc.nat({ max: 80 }),
    fails: fc.nat({ max: 5 }).map((odds) => odds === 0),
  }),
  { minLength: 1, maxLength: 12 },
);

describe('the queue of passes, whoever asks when, and whichever passes fail', () => {
  it('answers nobody too early, fails nobody else, and lets no lane wait for more than a turn of the other', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anAsking, { minLength: 1, maxLength: 24 }),
        someWeather,
        fc.constantFrom(1, 2, 4, ALL_LIVE_BUCKETS),
        async (askings, weather, liveBucketsPerPass) => {
          const game = await played(askings, weather, liveBucketsPerPass);

          expect(game.asked).toHaveLength(askings.length);
          expectOneAtATime(game);
          expectHonest(game);
          expectBounded(game);
          expectTurns(game);
        },
      ),
      { numRuns: 300 },
    );
  });
});
