import type { Resource } from '@tokometrics/contracts';
import type { SnapshotSink } from './snapshot-sink.ts';
import type { Lease } from './sync-cursor.ts';

export interface WholeReading {
  readonly resource: Resource;
  /** When the reading began: what it found was so then, or later. */
  readonly through: number;
  /** What was sent of it, and what it found. */
  readonly records: number;
  readonly found: number;
  /** Version of its first reading, where what is gone is told by its absence alone. */
  readonly sweep?: string | undefined;
}

/**
 * Ends one reading of everything that there is of a kind without a history. The markers go behind the
 * rows, then the cursor: a crash between them reads all again, which changes nothing downstream.
 */
export async function finishWhole(
  sink: Pick<SnapshotSink, 'mark'>,
  lease: Lease,
  { resource, through, records, found, sweep }: WholeReading,
): Promise<void> {
  const { cursor, finishedAt } = lease.state;
  const from = Math.min(cursor, through);
  const swept = sweep === undefined ? {} : { sweep };
  await sink.mark({ resource, axis: 'update', from, through, records, ...swept }, 'live');
  if (finishedAt === null) {
    // Nothing of it lies further back: with its first reading this history is whole.
    await sink.mark({ resource, axis: 'create', from: 0, through, records }, 'live');
  }
  await lease.save({
    ...{ cursor: through, done: found, total: found, error: null },
    finishedAt: finishedAt ?? new Date(through * 1000),
  });
}
