import { groupsOfLane } from '@tokometrics/contracts';
import type { ConsumerGroup } from '@tokometrics/contracts';
import type { KafkaAdmin, Lifecycled, Logger, Metrics } from '@tokometrics/kit';
import type { GroupLag, PaceSetter } from '../domain/pace.ts';
import { settle } from '../domain/settle.ts';

export interface LagWatchOptions {
  readonly admin: Pick<KafkaAdmin, 'groupOffsets' | 'topicOffsets' | 'stop'>;
  readonly pace: PaceSetter;
  readonly everyMs: number;
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly metrics: Pick<Metrics, 'gauge'>;
  readonly log: Logger;
}

/** A sink that catches up takes in tens of thousands a second: it shall not wait half a minute for more. */
const HELD_EVERY_MS = 5_000;

/** Looks now and then how far the consumers behind the log are, and tells the pace of it. */
export function createLagWatch(options: LagWatchOptions): Lifecycled {
  const { admin, pace, everyMs, pause, log } = options;
  const gauge = options.metrics.gauge({
    name: 'group_lag_records',
    help: 'Records sent that a group of consumers has still to read; absent while not known',
    labels: ['group'],
  });
  const stopping = new AbortController();
  const { signal } = stopping;
  const stopped = Promise.withResolvers<undefined>();
  let running: Promise<void> = Promise.resolve();
  let isTold = true;

  async function lagOf(group: ConsumerGroup): Promise<GroupLag> {
    const lag = await settle(lagOfGroup(admin, group));
    if (!lag.ok) {
      gauge.remove({ group: group.group });
      // Once, and not with every look: what does not answer stays away for a while.
      if (isTold && !signal.aborted) {
        isTold = false;
        log.warn({ err: lag.error }, 'how far consumers are behind cannot be told at present');
      }
      return undefined;
    }
    gauge.set({ group: group.group }, lag.value);
    return lag.value;
  }

  async function look(): Promise<void> {
    const lagsOf = (groups: readonly ConsumerGroup[]) => Promise.all(groups.map(lagOf));
    const [live, history] = await Promise.all([
      lagsOf(groupsOfLane('live')),
      lagsOf(groupsOfLane('history')),
    ]);
    isTold ||= [...live, ...history].every((lag) => lag !== undefined);
    pace.note({ live, history });
  }

  async function watch(): Promise<void> {
    while (!signal.aborted) {
      // A broker that is away is asked for up to a minute: an ending does not wait for it.
      await Promise.race([look(), stopped.promise]);
      await pause(pace.isHistoryHeld() ? Math.min(everyMs, HELD_EVERY_MS) : everyMs, signal);
    }
  }

  return {
    name: 'consumer lag',
    start: () => {
      running = watch();
      return Promise.resolve();
    },
    stop: async () => {
      stopping.abort();
      stopped.resolve(undefined);
      await running;
      await settle(admin.stop());
    },
  };
}

/**
 * Of what is still there: records that the log has dropped come to nobody any more, and an offset from
 * before them stays where it is until others come. Where a group never committed it has all to read.
 */
async function lagOfGroup(
  admin: Pick<KafkaAdmin, 'groupOffsets' | 'topicOffsets'>,
  { group, topics }: ConsumerGroup,
): Promise<number> {
  const [committed, ends] = await Promise.all([
    admin.groupOffsets(group, topics),
    Promise.all(
      topics.map(async (topic) =>
        (await admin.topicOffsets(topic)).map((partition) => ({ topic, ...partition })),
      ),
    ),
  ]);
  const offsets = new Map(
    committed.map((at) => [`${at.topic} ${String(at.partition)}`, at.offset]),
  );
  return ends.flat().reduce((sum, { topic, partition, low, high }) => {
    const at = BigInt(offsets.get(`${topic} ${String(partition)}`) ?? low);
    const next = at < BigInt(low) ? BigInt(low) : at;
    return sum + Math.max(0, Number(BigInt(high) - next));
  }, 0);
}
