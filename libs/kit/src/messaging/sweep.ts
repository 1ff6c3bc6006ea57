import type { EachBatchPayload } from 'kafkajs';
import { AppError } from '../errors.ts';
import { pauseFor } from './backoff.ts';
import { decodeMessage } from './decode.ts';
import { createGroupMember } from './group-member.ts';
import type { KafkaAdmin, SweepOptions } from './options.ts';
import type { TailParts } from './tail.ts';

// A killed sweep holds its place this long; the next one waits a little longer for it.
const SESSION_MS = 10_000;
const HEARTBEAT_MS = 2_000;
const PATIENCE_MS = 15_000;
// Longer than a broker takes to restart.
const SILENCE_MS = 60_000;

/** End of each partition that has something to read, as it was when the sweep began. */
type Ends = ReadonlyMap<number, bigint>;

export async function sweep(parts: TailParts, options: SweepOptions): Promise<void> {
  const admin = parts.newAdmin();
  try {
    await untilAlone(admin, options);
    if (options.again && (await admin.listGroups()).includes(options.group)) {
      await admin.deleteGroups([options.group]);
    }
    const ends = await remaining(admin, options);
    if (ends.size > 0) {
      await readUpTo(parts, options, ends);
    }
  } finally {
    await admin.stop();
  }
}

async function untilAlone(admin: KafkaAdmin, { group, signal }: SweepOptions): Promise<void> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (;;) {
    const [found] = await admin.describeGroups([group]);
    if ((found?.members.length ?? 0) === 0) {
      return;
    }
    if (performance.now() >= giveUpAt) {
      throw another();
    }
    await pauseFor(500, signal);
    if (signal.aborted) {
      throw stopped();
    }
  }
}

function another(): AppError {
  return new AppError('resource.conflict', 'another run reads the same records at present', {
    details: { reason: 'sweep.running' },
  });
}

function stopped(): AppError {
  return new AppError('resource.conflict', 'stopped before the end was reached', {
    details: { reason: 'sweep.stopped' },
  });
}

async function remaining(admin: KafkaAdmin, { group, topic }: SweepOptions): Promise<Ends> {
  const committed = await admin.groupOffsets(group, [topic]);
  const ends = await admin.topicOffsets(topic);
  return new Map(
    ends.flatMap(({ partition, low, high }) => {
      const at = committed.find((one) => one.partition === partition)?.offset ?? low;
      const isRead = BigInt(at) >= BigInt(high) || BigInt(low) >= BigInt(high);
      return isRead ? [] : [[partition, BigInt(high)] as const];
    }),
  );
}

/** One member that owns every partition, reads to the ends and leaves. */
async function readUpTo(parts: TailParts, options: SweepOptions, ends: Ends): Promise<void> {
  const { topic, signal } = options;
  const physical = parts.naming.physical(topic);
  const left = new Set(ends.keys());
  const end = createEnd(signal);

  const onBatch = async (payload: EachBatchPayload): Promise<void> => {
    const { partition, messages: fetched } = payload.batch;
    const high = ends.get(partition);
    const messages = fetched
      .filter(({ offset }) => high !== undefined && BigInt(offset) < high)
      .map((message) => decodeMessage(topic, partition, message));
    const last = messages.at(-1);
    if (end.hasCome() || last === undefined) {
      return;
    }
    try {
      await withHeartbeat(payload, () => options.onBatch(messages));
      const offset = (BigInt(last.offset) + 1n).toString();
      payload.resolveOffset(last.offset);
      await payload.commitOffsetsIfNecessary({
        topics: [{ topic: physical, partitions: [{ partition, offset }] }],
      });
    } catch (error) {
      end.fail(error);
    }
  };

  const member = createGroupMember({
    client: parts.client,
    groupId: parts.naming.physical(options.group),
    topics: [physical],
    fromBeginning: true,
    log: parts.log,
    tuning: { sessionTimeout: SESSION_MS, heartbeatInterval: HEARTBEAT_MS },
    onJoin: (assigned) => {
      end.hear();
      // Two that began at the same moment divide the partitions: neither would reach its end.
      if (![...ends.keys()].every((one) => assigned[physical]?.includes(one) === true)) {
        end.fail(another());
      }
    },
    onBatch,
    onBatchEnd: (_topic, partition, lastOffset) => {
      const high = ends.get(partition);
      if (!end.hasCome() && high !== undefined && BigInt(lastOffset) + 1n >= high) {
        left.delete(partition);
        if (left.size === 0) {
          end.reach();
        }
      }
    },
    onFetch: end.hear,
    onHeartbeat: end.hear,
  });
  try {
    await Promise.race([member.start(), end.come]);
    await end.come;
  } finally {
    end.forget();
    await member.stop();
  }
}

/** The first of: all ends reached, a failure, the caller's wish, a broker that fell silent. */
function createEnd(signal: AbortSignal) {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  let hasCome = false;
  let lastHeard = performance.now();
  promise.catch(() => undefined); // awaited later, or not at all when the start failed first
  const fail = (error: unknown): void => {
    hasCome = true;
    reject(error instanceof Error ? error : new Error('a sweep failed', { cause: error }));
  };
  const onAbort = (): void => {
    fail(stopped());
  };
  const silence = setInterval(() => {
    if (performance.now() - lastHeard > SILENCE_MS) {
      fail(new AppError('upstream.unavailable', 'kafka does not answer'));
    }
  }, 1_000);
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) {
    onAbort();
  }
  return {
    come: promise,
    hasCome: () => hasCome,
    fail,
    reach: (): void => {
      hasCome = true;
      resolve(undefined);
    },
    hear: (): void => {
      lastHeard = performance.now();
    },
    forget: (): void => {
      clearInterval(silence);
      signal.removeEventListener('abort', onAbort);
    },
  };
}

/** A batch may wait for Vault or the broker for longer than the group waits for a silent member. */
async function withHeartbeat(payload: EachBatchPayload, work: () => Promise<void>): Promise<void> {
  const timer = setInterval(() => {
    payload.heartbeat().catch(() => undefined); // a lost membership shows at the commit
  }, HEARTBEAT_MS);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
}
