import type { Resource } from '@tokometrics/contracts';
import { contentOf } from './content-of.ts';
import type { Json } from './pick-fields.ts';
import type { Reading, SnapshotSink } from './snapshot-sink.ts';
import { SENT_AGAIN_AFTER_S } from './sync-cursor.ts';

export interface RecentRows {
  readonly isKnown: (resource: Resource, row: Json, nowS: number) => boolean;
  /** Rows of one reading, once they are acknowledged. */
  readonly noteSent: (reading: Reading, rows: readonly Json[]) => void;
}

interface Sent {
  readonly seq: number;
  /** When it was read, epoch seconds. */
  readonly at: number;
  /** Undefined: sent on another way than by a poll, with content that nobody kept. */
  readonly content: string | undefined;
}

/** What changed longer ago is in no poll's window. */
const WINDOW_S = 3_600;

/**
 * Polls look back ten minutes each time. What was sent with the same content is not sent again, if
 * nothing was read and sent since: of two readings within one second of the platform's clock the
 * later counts downstream, even when it saw the older content. Losing this memory costs a repetition.
 */
export function createRecentRows(limit = 5_000): RecentRows {
  const known = new Map<string, Sent>();
  const keyOf = (resource: Resource, row: Json): string => `${resource}:${String(row['id'])}`;

  return {
    isKnown: (resource, row, nowS) => {
      const last = known.get(keyOf(resource, row));
      return last?.content === contentOf(resource, row) && nowS - last.at < SENT_AGAIN_AFTER_S;
    },
    noteSent: ({ resource, origin, seq, fetchedAt }, rows) => {
      const isPoll = origin === 'live';
      for (const row of rows) {
        const changedAt = row['update_time'];
        const key = keyOf(resource, row);
        const isOld = typeof changedAt !== 'number' || changedAt < fetchedAt - WINDOW_S;
        if ((isOld && !isPoll) || (known.get(key)?.seq ?? -1) > seq) {
          continue;
        }
        known.delete(key);
        known.set(key, {
          seq,
          at: fetchedAt,
          content: isPoll ? contentOf(resource, row) : undefined,
        });
      }
      for (const key of known.keys()) {
        if (known.size <= limit) {
          return;
        }
        known.delete(key);
      }
    },
  };
}

/** The same sink, which tells the memory what has gone through it. */
export function remembering(sink: SnapshotSink, recent: RecentRows): SnapshotSink {
  return {
    mark: sink.mark.bind(sink),
    publish: async (reading, rows) => {
      await sink.publish(reading, rows);
      recent.noteSent(reading, rows);
    },
  };
}
