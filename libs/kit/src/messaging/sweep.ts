import { AppError } from '../errors.ts';
import { pauseFor } from './backoff.ts';
import type { KafkaAdmin, SweepOptions } from './options.ts';
import { isEmpty, readUpTo, stopped } from './read-up-to.ts';
import type { Span } from './read-up-to.ts';
import type { TailParts } from './tail.ts';

// A little longer than a killed sweep holds its place.
const PATIENCE_MS = 15_000;

export async function sweep(parts: TailParts, options: SweepOptions): Promise<void> {
  const admin = parts.newAdmin();
  try {
    await untilAlone(admin, options);
    if (options.again && (await admin.listGroups()).includes(options.group)) {
      await admin.deleteGroups([options.group]);
    }
    const spans = await remaining(admin, options);
    if (!spans.every(isEmpty)) {
      await readUpTo(parts, {
        ...{ group: options.group, spans, signal: options.signal, place: 'group' },
        topicOffsets: (of) => admin.topicOffsets(of),
        onBatch: async (messages) => {
          await options.onBatch(messages);
          return false;
        },
        // Two that began at the same moment divide the partitions.
        whenShared: another,
      });
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

async function remaining(
  admin: KafkaAdmin,
  { group, topic }: SweepOptions,
): Promise<readonly Span[]> {
  const committed = await admin.groupOffsets(group, [topic]);
  const offsets = await admin.topicOffsets(topic);
  return offsets.map(({ partition, low, high }) => {
    const at = BigInt(committed.find((one) => one.partition === partition)?.offset ?? low);
    const from = at > BigInt(low) ? at : BigInt(low);
    return { topic, partition, from, end: BigInt(high) };
  });
}
