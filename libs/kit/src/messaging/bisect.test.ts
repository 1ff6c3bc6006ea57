import { describe, expect, it } from '@jest/globals';
import { AppError } from '../errors.ts';
import { NothingAccepted, settleByHalves } from './bisect.ts';
import type { Settled } from './bisect.ts';
import type { InMessage } from './messages.ts';
import type { ChunkResult } from './options.ts';
import { spread } from './spread.ts';

const rowsOf = (count: number): InMessage[] =>
  Array.from({ length: count }, (_, n) => ({
    topic: 'rows.v1',
    partition: 0,
    offset: String(n),
    key: undefined,
    value: null,
    headers: {},
    timestamp: 0,
  }));

const refusal = new AppError('internal', 'refused', { details: { reason: 'range' } });

/** A store that takes rows all or nothing, and refuses what holds a bad one. */
function storeThatRefuses(isBad: (n: number) => boolean, error: Error = refusal) {
  const stored: number[] = [];
  let calls = 0;
  return {
    stored,
    calls: () => calls,
    attempt: (messages: readonly InMessage[]): Promise<undefined> => {
      calls += 1;
      const numbers = messages.map(({ offset }) => Number(offset));
      if (numbers.some(isBad)) {
        return Promise.reject(error);
      }
      stored.push(...numbers);
      return Promise.resolve(undefined);
    },
  };
}

const rejectedOf = ({ rejected }: Settled): number[] =>
  rejected.map(({ message }) => Number(message.offset));

const all = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

/** One that is asked to take nothing of what is a marker, and tells when what is left of each part is done. */
function storeWithMarkers(isMarker: (n: number) => boolean, isBad: (n: number) => boolean) {
  const done: number[][] = [];
  return {
    done,
    attempt: (messages: readonly InMessage[]): Promise<ChunkResult> => {
      const numbers = messages.map(({ offset }) => Number(offset));
      return numbers.some(isBad)
        ? Promise.reject(refusal)
        : Promise.resolve({
            isStored: !numbers.every(isMarker),
            finish: () => {
              done.push(numbers);
              return Promise.resolve();
            },
          });
    },
  };
}

/** The same on every run: 48271 is a primitive root of the prime 2^31 - 1. */
function shareOf(share: number): (n: number) => boolean {
  return (n) => (((n + 1) * 48_271 * 7_919) % 2_147_483_647) / 2_147_483_647 < share;
}

describe('settling by halves', () => {
  it.each([
    ['16 at the front of 1,016', 1_016, (n: number) => n < 16],
    ['16 at the end', 1_016, (n: number) => n >= 1_000],
    ['the first half', 1_000, (n: number) => n < 500],
    ['all but the last', 1_000, (n: number) => n < 999],
    ['all but one in the middle', 1_001, (n: number) => n !== 500 + 8],
    ['every second one', 1_000, (n: number) => n % 2 === 0],
    ['30 of a hundred', 1_000, shareOf(0.3)],
    ['90 of a hundred', 1_000, shareOf(0.9)],
    ['one of a hundred, behind 20', 10_000, (n: number) => n < 20 || shareOf(0.01)(n)],
  ])('parks the bad rows and stores the others once: %s', async (_, count, isBad) => {
    const store = storeThatRefuses(isBad);

    const settled = await settleByHalves(rowsOf(count), store.attempt, 0);

    expect(rejectedOf(settled)).toEqual(all(count).filter(isBad));
    expect(store.stored.toSorted((a, b) => a - b)).toEqual(all(count).filter((n) => !isBad(n)));
    expect(settled.rejected[0]?.reason).toBe('range');
  });

  it('finds the one good row of 1,000 within four rounds, wherever it lies', async () => {
    const places = [16, 17, 99, 314, 501, 640, 777, 998];

    for (const good of places) {
      const store = storeThatRefuses((n) => n !== good);
      for (const round of [0, 1, 2, 3]) {
        await settleByHalves(rowsOf(1_000), store.attempt, round).catch(() => undefined);
      }
      expect(new Set(store.stored)).toEqual(new Set([good]));
    }
  });

  it('finds 100 bad rows of 10,000 that lie evenly, which takes the most, in 1,519 calls', async () => {
    const isBad = (n: number): boolean => n % 100 === 37;
    const store = storeThatRefuses(isBad);

    const settled = await settleByHalves(rowsOf(10_000), store.attempt, 0);

    expect(rejectedOf(settled)).toEqual(all(10_000).filter(isBad));
    expect(store.calls()).toBeLessThanOrEqual(1_519);
  });

  it.each([
    [0, 16],
    [1, 64],
    [2, 256],
    [3, 1_024],
    [20, 1_024],
  ])(
    'asks a store that refuses all, in round %i, for %i more rows, then gives up',
    async (round, more) => {
      const store = storeThatRefuses(() => true);

      await expect(settleByHalves(rowsOf(20_000), store.attempt, round)).rejects.toThrow(
        NothingAccepted,
      );

      // Ten halvings to the first row, 16 rows with what lies above them.
      expect(store.calls()).toBeGreaterThanOrEqual(more);
      expect(store.calls()).toBeLessThanOrEqual(more + 60);
    },
  );

  it('gives nothing up that is known to be the rows’ fault', async () => {
    const store = storeThatRefuses(() => true);

    const settled = await settleByHalves(rowsOf(50), store.attempt);

    expect(rejectedOf(settled)).toEqual(all(50));
  });

  it.each([
    ['all name the record', () => new AppError('request.invalid', 'no such day'), true],
    ['the store has no table', () => new Error('no such table'), false],
  ])('says of what the refusals speak: %s', async (_, build, isAboutRecords) => {
    const { attempt } = storeThatRefuses(() => true, build());

    const settled = settleByHalves(rowsOf(40), attempt, 0);

    await expect(settled).rejects.toMatchObject({ name: 'NothingAccepted', isAboutRecords });
  });

  it('says of mixed refusals that they do not all name the record', async () => {
    const about = storeThatRefuses(() => true, new AppError('request.invalid', 'no such day'));
    const other = storeThatRefuses(() => true);
    const attempt = (messages: readonly InMessage[]): Promise<undefined> =>
      messages[0]?.offset === '3' ? other.attempt(messages) : about.attempt(messages);

    const settled = settleByHalves(rowsOf(40), attempt, 0);

    await expect(settled).rejects.toMatchObject({ isAboutRecords: false });
  });

  it.each([
    ['the last', 60, (n: number) => n === 60],
    ['the first', 60, (n: number) => n === 0],
    ['every third', 60, (n: number) => n % 3 === 0],
    ['one of two', 1, (n: number) => n === 1],
  ])(
    'believes no store for a marker that it is not asked to take: %s',
    async (_, last, isMarker) => {
      const { attempt } = storeWithMarkers(isMarker, (n) => !isMarker(n));

      const settled = settleByHalves(rowsOf(last + 1), attempt, 0);

      await expect(settled).rejects.toThrow(NothingAccepted);
    },
  );

  it('says how many rows were refused alone where the store took none', async () => {
    const { attempt } = storeWithMarkers(
      (n) => n > 2,
      (n) => n <= 2,
    );

    await expect(settleByHalves(rowsOf(40), attempt, 0)).rejects.toMatchObject({ refused: 3 });
  });

  it('settles markers alone, and beside rows that are bad', async () => {
    const alone = storeWithMarkers(
      () => true,
      () => false,
    );
    const beside = storeWithMarkers(
      (n) => n === 40,
      (n) => n !== 40,
    );

    expect((await settleByHalves(rowsOf(3), alone.attempt, 0)).finishes).toHaveLength(1);
    expect(rejectedOf(await settleByHalves(rowsOf(41), beside.attempt))).toEqual(all(40));
  });

  it.each([
    ['the last', (n: number) => n === 116],
    ['those that are asked first', (n: number) => [116, 66, 41, 91].includes(n)],
    ['every tenth', (n: number) => n % 10 === 6],
  ])('finishes no marker before the rows ahead of it: %s', async (_, isMarker) => {
    const { attempt, done } = storeWithMarkers(isMarker, (n) => n < 16 && !isMarker(n));

    const { finishes } = await settleByHalves(rowsOf(117), attempt, 0);
    for (const finish of finishes) {
      await finish({ isFollowed: () => false, turn: () => Promise.resolve() });
    }

    const order = done.flat();
    expect(order.toSorted((a, b) => a - b)).toEqual(all(117).filter((n) => n >= 16 || isMarker(n)));
    // A part is finished as a whole, its own markers last.
    const partOf = new Map(done.flatMap((part, index) => part.map((n) => [n, index])));
    const late = order
      .filter(isMarker)
      .flatMap((marker) =>
        order.filter((n) => n < marker && (partOf.get(n) ?? 0) > (partOf.get(marker) ?? 0)),
      );
    expect(late).toEqual([]);
  });

  it('lets a transient failure through, also while it looks for a good row', async () => {
    const isAsked = (messages: readonly InMessage[]): boolean => messages[0]?.offset === '999';
    const { attempt } = storeThatRefuses(() => true);
    const away = new AppError('upstream.unavailable', 'store');

    const settled = settleByHalves(
      rowsOf(1_000),
      (messages) => (isAsked(messages) ? Promise.reject(away) : attempt(messages)),
      0,
    );

    await expect(settled).rejects.toBe(away);
  });
});

describe('spread', () => {
  it('begins with the last row, the middle and the quarters', () => {
    expect(spread(all(100), 0).slice(0, 6)).toEqual([99, 50, 25, 75, 12, 62]);
  });

  it('leaves no row out after enough rounds, and asks none twice in one', () => {
    const rounds = [0, 1, 2, 3, 4, 5].map((round) => spread(all(2_000), round));

    expect(new Set(rounds.flat()).size).toBe(2_000);
    expect(rounds.map((rows) => new Set(rows).size)).toEqual(rounds.map((rows) => rows.length));
  });

  it('answers with nothing where there are no rows', () => {
    expect(spread([], 0)).toEqual([]);
  });
});
