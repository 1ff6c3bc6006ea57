import type { Clickhouse } from '@tokometrics/kit';
import type { ChunkCounts } from '../domain/chunk-counts.ts';
import { FATES } from '../domain/chunk-counts.ts';
import { COLUMNS } from '../domain/fact-rows.ts';
import type { BaseTable } from '../domain/fact-rows.ts';
import { textCell, tsvRow } from '../domain/tsv.ts';

const CHUNK_COLUMNS = [
  'topic',
  'partition',
  'min_offset',
  'max_offset',
  'n_consumed',
  ...FATES.map((fate) => `n_${fate}`),
  ...['n_dirty', 'generation', 'content_hash'],
];

export interface Sink {
  /** The same rows twice do no harm: the newest version of a key is the row. */
  insert(table: BaseTable, lines: readonly string[]): Promise<void>;
  noteChunk(counts: readonly ChunkCounts[]): Promise<void>;
}

export function createClickhouseSink(clickhouse: Clickhouse): Sink {
  return {
    insert: (table, lines) =>
      clickhouse.insertTsv(table, COLUMNS[table], Buffer.from(lines.join(''))),
    async noteChunk(counts) {
      if (counts.length === 0) {
        return;
      }
      const lines = counts.map((slice) =>
        tsvRow([
          textCell(slice.topic),
          slice.partition,
          String(slice.minOffset),
          String(slice.maxOffset),
          slice.consumed,
          ...FATES.map((fate) => slice.byFate[fate]),
          ...[slice.dirty, slice.generation, String(slice.contentHash)],
        ]),
      );
      await clickhouse.insertTsv('ingest_chunks', CHUNK_COLUMNS, Buffer.from(lines.join('')));
    },
  };
}
