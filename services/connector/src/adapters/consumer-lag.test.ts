import { describe, expect, it } from '@jest/globals';
import { groupsOfLane } from '@tokometrics/contracts';
import { createMetrics } from '@tokometrics/kit';
import type { KafkaAdmin } from '@tokometrics/kit';
import { createMemoryLog } from '@tokometrics/testkit';
import { createPace } from '../domain/pace.ts';
import { createLagWatch } from './consumer-lag.ts';

const LIMIT = 100;
const RAW = 'tm.raw.order.v1.bf';

type Ends = Awaited<ReturnType<KafkaAdmin['topicOffsets']>>;

/** A log whose topics are empty but for one, and a watch whose every look is asked for. */
function aWatch(everyMs = 30_000) {
  const log = createMemoryLog('info');
  const metrics = createMetrics({ service: 'connector', runtime: false });
  const pace = createPace(LIMIT, () => undefined);
  const kafka = { low: 0, high: 0, committed: undefined as number | undefined, isAway: false };
  const pauses: number[] = [];
  let next = Promise.withResolvers<undefined>();
  let waiting = Promise.withResolvers<undefined>();
  let isStopped = false;
  const ends = (topic: string): Ends =>
    topic === RAW ? [{ partition: 0, low: String(kafka.low), high: String(kafka.high) }] : [];
  const watch = createLagWatch({
    admin: {
      groupOffsets: (_group, topics) =>
        Promise.resolve(
          topics.map((topic) => ({
            ...{ topic, partition: 0 },
            offset: kafka.committed === undefined ? undefined : String(kafka.committed),
          })),
        ),
      topicOffsets: (topic) =>
        kafka.isAway ? Promise.reject(new Error('away')) : Promise.resolve(ends(topic)),
      stop: () => {
        isStopped = true;
        return Promise.resolve();
      },
    },
    pause: async (ms, signal) => {
      pauses.push(ms);
      waiting.resolve(undefined);
      const ended = Promise.withResolvers<undefined>();
      signal.addEventListener('abort', () => {
        ended.resolve(undefined);
      });
      await Promise.race([next.promise, ended.promise]);
    },
    ...{ pace, everyMs, metrics, log: log.log },
  });
  return {
    ...{ watch, pace, kafka, pauses, log },
    isStopped: () => isStopped,
    /** Until the look under way has been taken. */
    looked: () => waiting.promise,
    look: async () => {
      waiting = Promise.withResolvers<undefined>();
      const due = next;
      next = Promise.withResolvers<undefined>();
      due.resolve(undefined);
      await waiting.promise;
    },
    gauge: async (group: string) =>
      new RegExp(`group_lag_records\\{group="${group}"\\} (\\d+)`).exec(await metrics.text())?.[1],
  };
}

describe('createLagWatch', () => {
  it('tells how far each group is behind, and holds histories meanwhile', async () => {
    const { watch, pace, kafka, look, looked, gauge } = aWatch();
    Object.assign(kafka, { high: 150, committed: 40 });
    await watch.start();
    await looked();

    expect([await gauge('ingestion-bf'), await gauge('analytics-order')]).toEqual(['110', '0']);
    expect(pace.isHistoryHeld()).toBe(true);

    kafka.committed = 140;
    await look();
    expect(pace.isHistoryHeld()).toBe(false);
    await watch.stop();
  });

  it('counts all there is for a group that never committed', async () => {
    const { watch, kafka, looked, gauge } = aWatch();
    Object.assign(kafka, { low: 20, high: 150 });
    await watch.start();
    await looked();

    expect(await gauge('ingestion-bf')).toBe('130');
    await watch.stop();
  });

  it('counts nothing that the log has dropped: no group would ever come to it', async () => {
    const { watch, kafka, looked, gauge, pace } = aWatch();
    Object.assign(kafka, { low: 150, high: 150, committed: 3 });
    await watch.start();
    await looked();

    expect(await gauge('ingestion-bf')).toBe('0');
    expect(pace.isHistoryHeld()).toBe(false);
    await watch.stop();
  });

  it('counts nothing of a topic that was made anew below what was committed', async () => {
    const { watch, kafka, looked, gauge } = aWatch();
    Object.assign(kafka, { high: 5, committed: 90 });
    await watch.start();
    await looked();

    expect(await gauge('ingestion-bf')).toBe('0');
    await watch.stop();
  });

  it('leaves all as it is while the log does not answer, and says so once', async () => {
    const { watch, pace, kafka, look, looked, gauge, log } = aWatch();
    Object.assign(kafka, { high: 150, committed: 40 });
    await watch.start();
    await looked();
    const lines = () => log.text().split('cannot be told at present').length - 1;

    kafka.isAway = true;
    await look();
    await look();
    expect([pace.isHistoryHeld(), pace.stretch(15), lines()]).toEqual([true, 15, 1]);
    expect(await gauge('ingestion-bf')).toBeUndefined();

    kafka.isAway = false;
    await look();
    kafka.isAway = true;
    await look();
    expect(lines()).toBe(2);
    await watch.stop();
  });

  it.each([
    [30_000, 5_000],
    [2_000, 2_000],
  ])('looks every %p ms, and every %p ms while histories wait', async (everyMs, heldMs) => {
    const { watch, kafka, look, looked, pauses } = aWatch(everyMs);
    await watch.start();
    await looked();
    kafka.high = 101;
    await look();

    expect(pauses).toEqual([everyMs, heldMs]);
    await watch.stop();
  });

  it('ends at once while the log does not answer, and leaves it', async () => {
    const { pace, log } = aWatch();
    let isStopped = false;
    const never = new Promise<never>(() => undefined);
    const watch = createLagWatch({
      admin: {
        ...{ groupOffsets: () => never, topicOffsets: () => never },
        stop: () => {
          isStopped = true;
          return Promise.resolve();
        },
      },
      ...{ pace, everyMs: 1, pause: () => Promise.resolve(), log: log.log },
      metrics: createMetrics({ service: 'connector', runtime: false }),
    });
    await watch.start();

    await watch.stop();

    expect(isStopped).toBe(true);
  });

  it('asks for the groups of both lanes, and no more when it has ended', async () => {
    const { watch, looked, gauge, isStopped, pauses } = aWatch();
    await watch.start();
    await looked();
    await watch.stop();

    for (const { group } of [...groupsOfLane('live'), ...groupsOfLane('history')]) {
      expect([group, await gauge(group)]).toEqual([group, '0']);
    }
    expect([isStopped(), pauses.length]).toEqual([true, 1]);
  });
});
