import { messageBytes } from './decode.ts';
import type { InMessage } from './messages.ts';
import { createWatermark } from './watermark.ts';
import type { Watermark } from './watermark.ts';

export interface QueueLimits {
  /** At `high` the partition is paused, at or below `low` it is resumed. */
  readonly highRows: number;
  readonly lowRows: number;
  readonly highBytes: number;
  readonly lowBytes: number;
}

/** What one member holds of one partition in one generation of the group. */
export interface PartitionQueue {
  readonly topic: string;
  readonly partition: number;
  /** That generation's number; undefined where it is not known. */
  readonly generation: number | undefined;
  readonly watermark: Watermark;
  /** False from the next generation on: results of its records may not be committed any more. */
  live: boolean;
  paused: boolean;
  /** Kept paused whatever its fill: its head record waits for something. */
  held: boolean;
  committed: bigint | undefined;
  rows(): number;
  bytes(): number;
  push(messages: readonly InMessage[]): void;
  /** In offset order; stops before the row that would exceed `maxBytes`, but gives at least one. */
  take(maxRows: number, maxBytes: number): InMessage[];
  isFull(limits: QueueLimits): boolean;
  isLow(limits: QueueLimits): boolean;
}

export function createPartitionQueue(
  topic: string,
  partition: number,
  generation?: number,
): PartitionQueue {
  let items: InMessage[] = [];
  let head = 0;
  let bytes = 0;

  const rows = (): number => items.length - head;

  return {
    topic,
    partition,
    generation,
    watermark: createWatermark(),
    live: true,
    paused: false,
    held: false,
    committed: undefined,
    rows,
    bytes: () => bytes,
    push: (messages) => {
      for (const message of messages) {
        bytes += messageBytes(message);
        items.push(message);
      }
    },
    take: (maxRows, maxBytes) => {
      const taken: InMessage[] = [];
      let size = 0;
      for (let next = items[head]; next !== undefined; next = items[head]) {
        const weight = messageBytes(next);
        if (taken.length >= maxRows || (taken.length > 0 && size + weight > maxBytes)) {
          break;
        }
        taken.push(next);
        size += weight;
        head += 1;
      }
      bytes -= size;
      if (head * 2 > items.length) {
        items = items.slice(head);
        head = 0;
      }
      return taken;
    },
    isFull: (limits) => rows() >= limits.highRows || bytes >= limits.highBytes,
    isLow: (limits) => rows() <= limits.lowRows && bytes <= limits.lowBytes,
  };
}
