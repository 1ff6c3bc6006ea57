import type { Intake } from './intake.ts';
import type { InMessage } from './messages.ts';
import type { PartitionQueue } from './partition-queue.ts';

interface Slice {
  readonly queue: PartitionQueue;
  /** Offset of the slice's last record: its unit in the watermark. */
  readonly last: bigint;
}

export interface Chunk {
  readonly messages: readonly InMessage[];
  readonly slices: readonly Slice[];
}

export interface ChunkLimits {
  readonly maxRows: number;
  readonly maxBytes: number;
  readonly lingerMs: number;
}

export interface Chunker {
  arrived(): void;
  /** The next closed chunk; undefined once the signal aborts. */
  next(): Promise<Chunk | undefined>;
}

/** Closes a chunk over all partitions by rows, bytes or the age of its oldest record. */
export function createChunker(intake: Intake, limits: ChunkLimits, signal: AbortSignal): Chunker {
  let oldestAt: number | undefined;
  let wake: () => void = () => undefined;
  signal.addEventListener('abort', () => {
    wake();
  });

  const waitingMs = (): number => {
    let rows = 0;
    let bytes = 0;
    for (const queue of intake.queues()) {
      rows += queue.rows();
      bytes += queue.bytes();
    }
    if (rows === 0 || oldestAt === undefined) {
      return Number.POSITIVE_INFINITY;
    }
    const isFull = rows >= limits.maxRows || bytes >= limits.maxBytes;
    return isFull ? 0 : Math.max(0, oldestAt + limits.lingerMs - performance.now());
  };

  const sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = Number.isFinite(ms) ? setTimeout(resolve, ms) : undefined;
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const close = (): Chunk => {
    const messages: InMessage[] = [];
    const slices: Slice[] = [];
    let bytes = 0;
    const filled = intake.queues().filter((queue) => queue.rows() > 0);
    filled.forEach((queue, index) => {
      // An equal share of what is left for each: one deep partition does not starve the others.
      const share = filled.length - index;
      const before = queue.bytes();
      const taken = intake.take(
        queue,
        Math.ceil((limits.maxRows - messages.length) / share),
        Math.ceil((limits.maxBytes - bytes) / share),
      );
      bytes += before - queue.bytes();
      const last = taken.at(-1);
      if (last !== undefined) {
        const unit = BigInt(last.offset);
        queue.watermark.open(unit);
        slices.push({ queue, last: unit });
        for (const message of taken) {
          messages.push(message);
        }
      }
    });
    const isEmpty = intake.queues().every((queue) => queue.rows() === 0);
    oldestAt = isEmpty ? undefined : performance.now();
    return { messages, slices };
  };

  return {
    arrived: () => {
      oldestAt ??= performance.now();
      wake();
    },
    next: async () => {
      for (let ms = waitingMs(); !signal.aborted; ms = waitingMs()) {
        if (ms <= 0) {
          const chunk = close();
          if (chunk.messages.length > 0) {
            return chunk;
          }
          continue;
        }
        await sleep(ms);
      }
      return undefined;
    },
  };
}
