import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { engineEnv } from '@tokometrics/testkit';
import type { ChunkCounts } from '../domain/chunk-counts.ts';
import { doubtfulChunksOf } from './clickhouse-chunk-audit.ts';
import { createClickhouseSink } from './clickhouse-sink.ts';
import { startTestSink } from './sink.test-support.ts';
import type { TestSink } from './sink.test-support.ts';

interface Spec extends Partial<Pick<ChunkCounts, 'contentHash' | 'generation'>> {
  /** Fewer than there are offsets: of records that were refused one by one. */
  readonly consumed?: number;
  readonly partition?: number;
}
const none = { superseded: 0, duplicate: 0, marker: 0, fenced: 0, expired: 0, dlq: 0 };

describe('the audit of what was counted of the log', () => {
  let sink: TestSink;

  beforeAll(async () => {
    sink = await startTestSink(engineEnv().CLICKHOUSE_URL);
  }, 60_000);

  afterAll(() => sink.stop());

  /** Topics of a test are its own. */
  const aLog = () => {
    const topic = `t${String(Math.random()).slice(2)}`;
    const { noteChunk } = createClickhouseSink(sink.clickhouse);
    return {
      topic,
      note: async (first: number, last: number, spec: Spec = {}) => {
        const { consumed = last - first + 1, partition = 0 } = spec;
        const { contentHash = 1n, generation = 1 } = spec;
        await noteChunk([
          {
            ...{ topic, partition, consumed, contentHash, generation, dirty: 1 },
            ...{ minOffset: BigInt(first), maxOffset: BigInt(last) },
            byFate: { ...none, stored: consumed },
          },
        ]);
      },
      doubts: async (of = topic) => {
        const found = await doubtfulChunksOf(sink.clickhouse)();
        return found
          .filter((chunk) => chunk.topic === of)
          .map(({ doubt, minOffset, maxOffset }) => `${doubt} ${minOffset}-${maxOffset}`);
      },
    };
  };

  it('has no doubt about chunks one after the other, one of them told twice, others of later generations', async () => {
    const chunks = aLog();
    await chunks.note(0, 9);
    await chunks.note(0, 9);
    await chunks.note(10, 19, { contentHash: 2n });
    await chunks.note(0, 14, { contentHash: 3n, generation: 2 });
    await chunks.note(10, 19, { contentHash: 2n, generation: 3 });
    await chunks.note(0, 9, { partition: 1, contentHash: 4n });

    expect(await chunks.doubts()).toEqual([]);
  });

  it('finds chunks of one log and the same bounds whose records differ, also after they were merged', async () => {
    const chunks = aLog();
    await chunks.note(0, 9);
    await chunks.note(0, 9, { contentHash: 5n, generation: 2 });
    await chunks.note(10, 19);
    await sink.clickhouse.command('OPTIMIZE TABLE ingest_chunks FINAL');

    expect(await chunks.doubts()).toEqual(['other_content 0-9']);
  });

  it('finds records that were read twice in one generation', async () => {
    const chunks = aLog();
    await chunks.note(0, 9);
    await chunks.note(10, 12, { contentHash: 2n });
    await chunks.note(5, 9, { contentHash: 6n });
    await chunks.note(3, 4, { generation: 0 });

    expect(await chunks.doubts()).toEqual(['read_twice 5-9']);
  });

  it.each([
    ['again from the start', [0, 9], [0, 4], 'read_twice 0-9'],
    ['from amid what it had read', [0, 9], [5, 14], 'read_twice 5-14'],
  ] as const)(
    'finds a log that is read %s by one who has read it for weeks',
    async (_, then, now, doubt) => {
      const chunks = aLog();
      await chunks.note(then[0], then[1]);
      await sink.clickhouse.command(
        `INSERT INTO ingest_chunks SELECT * REPLACE
           (concat(topic, ' of weeks') AS topic, committed_at - INTERVAL 20 DAY AS committed_at)
         FROM (SELECT * FROM ingest_chunks WHERE topic = '${chunks.topic}')`,
      );
      await chunks.note(now[0], now[1], { contentHash: 2n });
      await sink.clickhouse.command(
        `INSERT INTO ingest_chunks SELECT * REPLACE (concat(topic, ' of weeks') AS topic)
         FROM (SELECT * FROM ingest_chunks WHERE topic = '${chunks.topic}' AND content_hash = 2)`,
      );

      expect(await chunks.doubts(`${chunks.topic} of weeks`)).toEqual([doubt]);
    },
  );

  it('takes records that were refused one by one for no chunk, and unknown content for none either', async () => {
    const chunks = aLog();
    await chunks.note(0, 9);
    await chunks.note(0, 9, { consumed: 2, contentHash: 7n });
    await chunks.note(20, 29);
    await chunks.note(20, 29, { contentHash: 0n, generation: 0 });

    expect(await chunks.doubts()).toEqual([]);
  });

  it('tells of nothing whose newest part is older than two days', async () => {
    const chunks = aLog();
    await chunks.note(0, 9);
    await chunks.note(0, 9, { contentHash: 5n });
    await chunks.note(4, 9, { contentHash: 6n });
    expect(await chunks.doubts()).toEqual([
      ...['other_content 0-9', 'read_twice 0-9', 'read_twice 4-9'],
    ]);

    await sink.clickhouse.command(
      `INSERT INTO ingest_chunks SELECT * REPLACE
         (concat(topic, ' of old') AS topic, committed_at - INTERVAL 3 DAY AS committed_at)
       FROM (SELECT * FROM ingest_chunks WHERE topic = '${chunks.topic}')`,
    );

    expect(await chunks.doubts(`${chunks.topic} of old`)).toEqual([]);
  });
});
