import { describe, expect, it } from '@jest/globals';
import type { DirtyBuckets } from './dirty-buckets.ts';
import { createPassQueue } from './pass-queue.ts';
import {
  bucket,
  createPassBench,
  day,
  days,
  daysOf,
  LANES,
  NOTHING,
  patient,
} from './pass-queue.test-support.ts';

describe.each(LANES)('passes over the rollups, %s', (lane) => {
  it('begin at once when nothing more is at hand', () => {
    const { passes, request, timers } = createPassBench(lane);

    void request(day('2026-03-01'));

    expect(passes).toEqual([['2026-03-01']]);
    expect(timers.size).toBe(0);
  });

  it('share what came during the pass before, each bucket once', async () => {
    const { passes, request, endPass } = createPassBench(lane);

    void request(day('2026-03-01'));
    void request(day('2026-03-02'));
    void request(day('2026-03-02'));
    await endPass();

    expect(passes).toEqual([['2026-03-01'], ['2026-03-02']]);
  });

  it('wait for chunks that are at hand, until the last of them', async () => {
    const { passes, request, passOf } = createPassBench(lane);
    await passOf(100);

    void request(day('2026-03-01'), patient(1_000));
    const before = [...passes];
    void request(day('2026-03-02'));

    expect(before).toEqual([['2026-02-01']]);
    expect(passes).toEqual([['2026-02-01'], ['2026-03-01', '2026-03-02']]);
  });

  it('rest five times as long as the one before took, whatever more is at hand', async () => {
    const { passes, request, passOf, sleep } = createPassBench(lane);
    await passOf(100);

    void request(day('2026-03-01'), patient(6_000));
    sleep(300);
    void request(day('2026-03-02'), patient(6_000));
    sleep(199);
    const before = [...passes];
    sleep(1);

    expect(before).toEqual([['2026-02-01']]);
    expect(passes).toEqual([['2026-02-01'], ['2026-03-01', '2026-03-02']]);
  });

  it('need no rest before the first, nor behind one that is long over', async () => {
    const first = createPassBench(lane);
    const later = createPassBench(lane);
    await later.passOf(100);
    later.sleep(500);

    void first.request(day('2026-03-01'), patient(6_000));
    void later.request(day('2026-03-01'), patient(6_000));

    expect(first.passes).toEqual([['2026-03-01']]);
    expect(later.passes).toEqual([['2026-02-01'], ['2026-03-01']]);
  });

  it('wait no longer than the least patient, of whatever is at hand', async () => {
    const { passes, request, passOf, sleep } = createPassBench(lane);
    await passOf(10_000);

    void request(day('2026-03-01'), patient(6_000));
    void request(day('2026-03-02'), patient(1_000));
    void request(day('2026-03-03'), patient(6_000));
    sleep(999);
    const before = [...passes];
    sleep(1);

    expect(before).toEqual([['2026-02-01']]);
    expect(passes).toEqual([['2026-02-01'], ['2026-03-01', '2026-03-02', '2026-03-03']]);
  });

  it('wait a little for more where nothing is at hand yet, and then for what that expects', async () => {
    const { passes, request, passOf, sleep } = createPassBench(lane);
    await passOf(10_000);

    void request(day('2026-03-01'), { longestMs: 6_000, nextMs: 500 });
    sleep(499);
    void request(day('2026-03-02'), patient(6_000));
    sleep(2_000);
    void request(day('2026-03-03'), { longestMs: 6_000, nextMs: 500 });
    sleep(499);
    const before = [...passes];
    sleep(1);

    expect(before).toEqual([['2026-02-01']]);
    expect(passes).toEqual([['2026-02-01'], ['2026-03-01', '2026-03-02', '2026-03-03']]);
  });

  it('begin when the chunk that was waited for changes no figure', async () => {
    const { passes, request, passOf } = createPassBench(lane);
    await passOf(100);

    void request(day('2026-03-01'), patient(1_000));
    void request(NOTHING);

    expect(passes).toEqual([['2026-02-01'], ['2026-03-01']]);
  });

  it('leave no timer behind', async () => {
    const { request, passOf, timers, endPass } = createPassBench(lane);
    await passOf(100);

    void request(day('2026-03-01'), patient(1_000));
    void request(day('2026-03-02'), patient(1_000));
    const waiting = timers.size;
    void request(day('2026-03-03'));
    await endPass();

    expect(waiting).toBe(1);
    expect(timers.size).toBe(0);
  });

  it('go on behind one that failed, and tell those who asked for it', async () => {
    const passes: string[][] = [];
    const { [lane]: request } = createPassQueue(
      (dirty) => {
        passes.push(daysOf(dirty));
        return passes.length === 1 ? Promise.reject(new Error('no store')) : Promise.resolve();
      },
      { now: () => 0, after: () => () => undefined },
    );

    await expect(request(day('2026-03-01'))).rejects.toThrow('no store');
    await request(day('2026-03-01'));

    expect(passes).toHaveLength(2);
  });

  it('answer those who asked, and only them, as their pass ends', async () => {
    const { request, endPass } = createPassBench(lane);
    const ended: string[] = [];
    const ask = (name: string): void => {
      void request(day(name)).then(() => ended.push(name));
    };

    ask('2026-03-01');
    ask('2026-03-02');
    await endPass();
    const first = [...ended];
    await endPass();

    expect(first).toEqual(['2026-03-01']);
    expect(ended).toEqual(['2026-03-01', '2026-03-02']);
  });
});

describe('what happens now, beside a history', () => {
  it('waits for one piece of it at most, and has a pass of its own', async () => {
    const { passes, ask, ended, endPass } = createPassBench('live', 2);
    ask('history', 'years', days('h1', 'h2', 'h3', 'h4', 'h5', 'h6'));
    ask('history', 'more', days('h7', 'h8'));

    ask('live', 'now');
    await endPass();
    await endPass();

    expect(ended).toEqual(['now']);
    expect(passes).toEqual([['h1', 'h2'], ['now'], ['h3', 'h4']]);
  });

  it('never holds it up: they take turns', async () => {
    const { passes, ask, endPass, ended } = createPassBench('live', 2);
    ask('history', 'years', days('h1', 'h2', 'h3', 'h4', 'h5'));

    for (const name of ['n1', 'n2', 'n3']) {
      ask('live', name);
      await endPass();
      ask('live', `${name} too`);
      await endPass();
    }

    expect(passes).toEqual([
      ...[['h1', 'h2'], ['n1'], ['h3', 'h4'], ['n1 too', 'n2'], ['h5'], ['n2 too', 'n3']],
      ['n3 too'],
    ]);
    expect(ended).toEqual(['n1', 'n1 too', 'n2', 'years', 'n2 too', 'n3']);
  });

  it('lets a history go first that waits since the pass before', async () => {
    const { passes, ask, endPass } = createPassBench('live', 2);
    ask('live', 'n1');
    ask('live', 'n2');
    ask('history', 'h1');

    await endPass();
    await endPass();

    expect(passes).toEqual([['n1'], ['h1'], ['n2']]);
  });

  it('neither ends its patience nor rests behind its passes', async () => {
    const { passes, ask, endPass, sleep } = createPassBench('live', 2);
    ask('history', 'h1');
    sleep(1_000);
    await endPass();

    ask('history', 'h2', day('h2'), patient(5_000));
    ask('live', 'now', day('now'), patient(1_000));
    const atOnce = [...passes];
    await endPass();
    sleep(4_999);
    const before = [...passes];
    sleep(1);

    expect(atOnce).toEqual([['h1'], ['now']]);
    expect(before).toEqual(atOnce);
    expect(passes).toEqual([['h1'], ['now'], ['h2']]);
  });

  it('is rolled again where the pass over a history has begun with the same day', async () => {
    const { passes, ask, ended, endPass } = createPassBench('live', 2);
    ask('history', 'years', days('today', 'h2', 'h3'));

    ask('live', 'today');
    await endPass();
    const before = [...ended];
    await endPass();

    expect(before).toEqual([]);
    expect(ended).toEqual(['today']);
    expect(passes).toEqual([['today', 'h2'], ['today'], ['h3']]);
  });
});

describe('what happens now, where it is much', () => {
  it('is rolled in pieces, and takes turns with a history between them', async () => {
    const { passes, ask, ended, endPass } = createPassBench('live', 2, 3);
    ask('history', 'years', days('h1', 'h2', 'h3', 'h4'));
    ask('live', 'much', days('n1', 'n2', 'n3', 'n4', 'n5'));
    ask('live', 'little', days('n2'));

    for (let pass = 0; pass < 4; pass += 1) {
      await endPass();
    }

    expect(passes).toEqual([
      ['h1', 'h2'],
      ['n1', 'n2', 'n3'],
      ['h3', 'h4'],
      ['n4', 'n5'],
    ]);
    expect(ended).toEqual(['little', 'years', 'much']);
  });

  it('is of two thousand days a pass', async () => {
    const sizes: number[] = [];
    const { live } = createPassQueue(
      ({ order }) => Promise.resolve(void sizes.push(order.length)),
      { now: () => 0, after: () => () => undefined },
    );

    await live(days(...Array.from({ length: 4_500 }, (_, day) => String(day))));

    expect(sizes).toEqual([2_000, 2_000, 500]);
  });
});

describe('a history in pieces', () => {
  it('answers each of those who asked when the last of its own days is rolled', async () => {
    const { passes, ask, ended, endPass } = createPassBench('history', 2);
    ask('history', 'first', days('h0'));
    ask('history', 'a', days('h1'));
    ask('history', 'b', days('h1', 'h2', 'h3'));
    ask('history', 'c', days('h4', 'h2'));

    await endPass();
    const seen: string[][] = [];
    for (let pass = 0; pass < 2; pass += 1) {
      await endPass();
      seen.push([...ended]);
    }

    expect(passes).toEqual([['h0'], ['h1', 'h2'], ['h3', 'h4']]);
    expect(seen).toEqual([
      ['first', 'a'],
      ['first', 'a', 'b', 'c'],
    ]);
  });

  it('tells of a failed piece exactly those whose days it held, and rolls no more for them alone', async () => {
    const { passes, ask, ended, endPass, failPass } = createPassBench('history', 2);
    ask('history', 'first', days('h0'));
    ask('history', 'a', days('h1', 'h2'));
    ask('history', 'b', days('h3'));
    ask('history', 'c', days('h4', 'h5', 'h6', 'h7', 'h8', 'h9'));
    ask('history', 'd', days('h7'));

    await endPass();
    await endPass();
    await failPass();
    await endPass();
    await endPass();

    expect(passes).toEqual([['h0'], ['h1', 'h2'], ['h3', 'h4'], ['h7']]);
    expect(ended).toEqual(['first', 'a', 'b failed', 'c failed', 'd']);
  });

  it('rests five times as long as all of its pieces took, whatever was rolled between', async () => {
    const { passes, ask, endPass, sleep } = createPassBench('history', 1);
    ask('history', 'years', days('h1', 'h2'));
    sleep(100);
    ask('live', 'now');
    await endPass();
    sleep(1_000);
    await endPass();
    sleep(100);
    await endPass();

    ask('history', 'h3', day('h3'), patient(60_000));
    sleep(999);
    const first = passes.length;
    sleep(1);
    sleep(10);
    await endPass();
    ask('history', 'h4', day('h4'), patient(60_000));
    sleep(49);
    const second = passes.length;
    sleep(1);

    expect([first, second]).toEqual([3, 4]);
    expect(passes).toEqual([['h1'], ['now'], ['h2'], ['h3'], ['h4']]);
  });

  it('keeps what asks while pieces are rolled for a time of its own', async () => {
    const { passes, ask, ended, endPass } = createPassBench('history', 1);
    ask('history', 'years', days('h1', 'h2'));

    ask('history', 'again', days('h2', 'h1'));
    await endPass();
    await endPass();
    const before = [...ended];
    await endPass();
    await endPass();

    expect(passes).toEqual([['h1'], ['h2'], ['h2'], ['h1']]);
    expect(before).toEqual(['years']);
    expect(ended).toEqual(['years', 'again']);
  });

  it('rolls a day of orders and settlements once, for both who asked', async () => {
    const passes: DirtyBuckets[] = [];
    const { history } = createPassQueue(
      (dirty) => {
        passes.push(dirty);
        return Promise.resolve();
      },
      { now: () => 0, after: () => () => undefined },
    );
    const first = history(day('h0'));

    const [h1, h2] = [bucket('h1'), bucket('h2')];
    const settled = history({ order: [], settlement: [h1, h2], finance: [h1] });
    await Promise.all([first, settled, history({ order: [h1], settlement: [], finance: [h1] })]);

    expect(passes.slice(1)).toEqual([{ order: [h1], settlement: [h2], finance: [h1] }]);
  });
});
