import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClickhouse, migrateClickhouse } from '@tokometrics/kit';
import type { Clickhouse, Migration } from '@tokometrics/kit';
import {
  createMemoryLog,
  createSuiteClickhouse,
  engineEnv,
  suiteNames,
} from '@tokometrics/testkit';
import { z } from 'zod';
import type { ChunkCounts } from '../domain/chunk-counts.ts';
import { createClickhouseSink } from './clickhouse-sink.ts';

const MIGRATIONS = new URL('../../migrations/', import.meta.url);
const names = suiteNames(import.meta);

function countsOf(first: number, last: number): ChunkCounts {
  const consumed = last - first + 1;
  const none = { superseded: 0, duplicate: 0, marker: 0, fenced: 0, expired: 0, dlq: 0 };
  return {
    ...{ topic: 'tm.fact.order.v1', partition: 2, consumed },
    ...{ minOffset: BigInt(first), maxOffset: BigInt(last) },
    ...{ dirty: 3, contentHash: (1n << 64n) - 1n, generation: 7 },
    byFate: { ...none, stored: consumed },
  };
}

describe('counts of chunks', () => {
  let clickhouse: Clickhouse;
  let migrations: readonly Migration[];

  beforeAll(async () => {
    const files = (await readdir(MIGRATIONS)).filter((file) => file.endsWith('.sql'));
    migrations = await Promise.all(
      files.map(async (file) => ({
        id: file.replace('.sql', ''),
        sql: await readFile(new URL(file, MIGRATIONS), 'utf8'),
      })),
    );
    await createSuiteClickhouse(names);
    const { log } = createMemoryLog('error');
    const url = engineEnv().CLICKHOUSE_URL;
    clickhouse = createClickhouse({ url, database: names.clickhouseDatabase, log });
    await clickhouse.start();
  }, 60_000);

  afterAll(async () => {
    await clickhouse.command(`DROP DATABASE IF EXISTS ${names.clickhouseDatabase}`);
    await clickhouse.stop();
  });

  const rows = () =>
    clickhouse.query(
      `SELECT toInt32(min_offset) AS first, toInt32(max_offset) AS last, n_stored AS stored
       FROM ingest_chunks FINAL ORDER BY first, last`,
      {},
      z.object({ first: z.int(), last: z.int(), stored: z.int() }),
    );

  it('stay when their table becomes one that keeps each chunk once, however often that is done', async () => {
    const upTo = (file: string) => migrations.filter(({ id }) => id <= file);
    const again = async (file: string) => {
      const [change] = migrations.filter(({ id }) => id === file);
      await clickhouse.command(change?.sql ?? '');
    };
    const noteOld = (first: number, last: number) =>
      clickhouse.command(
        `INSERT INTO ingest_chunks (topic, partition, min_offset, max_offset, n_consumed, n_stored)
         VALUES ('tm.fact.order.v1', 2, ${String(first)}, ${String(last)}, 10, ${String(last - first + 1)})`,
      );
    await migrateClickhouse(clickhouse, upTo('0010_ingest_chunks'));
    await noteOld(0, 9);
    await noteOld(0, 9);
    await noteOld(10, 14);

    await migrateClickhouse(clickhouse, upTo('0017_ingest_chunks_once'));
    await again('0017_ingest_chunks_once');
    await migrateClickhouse(clickhouse, migrations);
    await again('0019_ingest_chunks_content');

    expect(await rows()).toEqual([
      { first: 0, last: 9, stored: 10 },
      { first: 10, last: 14, stored: 5 },
    ]);
  });

  it('say what was touched, what the records were, and in which generation they were read', async () => {
    await createClickhouseSink(clickhouse).noteChunk([countsOf(15, 19)]);

    const found = await clickhouse.query(
      `SELECT toString(min_offset) AS first, n_dirty, generation, toString(content_hash) AS hash
       FROM ingest_chunks FINAL WHERE min_offset IN (10, 15) ORDER BY first`,
      {},
      z.object({ first: z.string(), n_dirty: z.int(), generation: z.int(), hash: z.string() }),
    );
    expect(found).toEqual([
      { first: '10', n_dirty: 0, generation: 0, hash: '0' },
      { first: '15', n_dirty: 3, generation: 7, hash: '18446744073709551615' },
    ]);
  });

  it('are one row when an insert whose answer was lost is repeated, and two where the bounds differ', async () => {
    const { noteChunk } = createClickhouseSink(clickhouse);
    await noteChunk([countsOf(20, 29), countsOf(30, 30)]);
    await noteChunk([countsOf(20, 29), countsOf(30, 30)]);
    await noteChunk([countsOf(20, 34)]);

    expect((await rows()).filter(({ first }) => first >= 20)).toEqual([
      { first: 20, last: 29, stored: 10 },
      { first: 20, last: 34, stored: 15 },
      { first: 30, last: 30, stored: 1 },
    ]);
  });
});
