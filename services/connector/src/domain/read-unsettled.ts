import { versionOf } from '@tokometrics/contracts';
import { finishWhole } from './finish-whole.ts';
import { readRestless } from './read-run.ts';
import type { ShopSource, SourcePage } from './shop-source.ts';
import type { SnapshotSink } from './snapshot-sink.ts';
import type { Lease } from './sync-cursor.ts';

export interface UnsettledDeps {
  readonly sink: SnapshotSink;
  readonly source: Pick<ShopSource, 'unsettled'>;
  readonly nowS: () => number;
  readonly pageSize: number;
  readonly maxPages: number;
  readonly signal: AbortSignal;
}

/**
 * A sweep: all that is not settled yet, each row anew although nothing of it has changed. A row that
 * has settled leaves the list without a word, so what a later sweep has not sent again is gone.
 * Nothing is said of a sweep that broke off: what it did not reach would look gone as well.
 */
export async function pollUnsettled(deps: UnsettledDeps, lease: Lease): Promise<number> {
  const { maxPages, nowS, pageSize, signal, sink, source } = deps;
  const through = nowS();
  let sweep: string | undefined;
  let rows = 0;
  await readRestless({
    ...{ pageSize, maxPages },
    // Dozens of estimates wait for what has happened: orders go first.
    readPage: (pageToken, size) =>
      source.unsettled({ pageToken, pageSize: size, priority: 'backfill', signal }),
    handle: async (page) => {
      sweep = earlierOf(sweep, page);
      rows += page.rows.length;
      if (page.rows.length > 0) {
        const { seq, fetchedAt } = page;
        const reading = { resource: 'unsettled', origin: 'live', seq, fetchedAt } as const;
        await sink.publish(reading, page.rows);
      }
    },
  });
  const whole = { resource: 'unsettled', through, records: rows, found: rows, sweep } as const;
  await finishWhole(sink, lease, whole);
  return rows;
}

/** By the versions that the rows bear: every row of this sweep is of this one or a later one. */
function earlierOf(sweep: string | undefined, { fetchedAt, seq }: SourcePage): string {
  const ver = versionOf(fetchedAt, seq);
  return sweep === undefined || BigInt(ver) < BigInt(sweep) ? ver : sweep;
}
