import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import { createLogger } from '../logging.ts';
import { createTestKafka } from '../testing/kafka.ts';
import { requiredEnv } from '../testing/required-env.ts';
import { until } from '../testing/until.ts';
import type { Producer, TopicStart } from './options.ts';
import { readRange } from './read-range.ts';
import { createNaming } from './topics.ts';

const { kafka, prefix } = createTestKafka();
const admin = kafka.admin();
const client = new kafkajs.Kafka({
  brokers: requiredEnv('KAFKA_BROKERS').split(','),
  logLevel: kafkajs.logLevel.NOTHING,
});
const raw = client.admin();
const log = createLogger({ service: 'test', level: 'silent' });
let producer: Producer;

beforeAll(async () => {
  producer = kafka.producer();
  await Promise.all([producer.start(), raw.connect()]);
}, 60_000);

afterAll(async () => {
  await Promise.all([producer.stop(), admin.stop(), raw.disconnect()]);
});

const make = (topic: string, partitions = 1): Promise<void> =>
  kafka.ensureTopics([{ name: topic, partitions }]);
const fill = (topic: string, texts: readonly string[], partition = 0): Promise<void> =>
  producer.send(texts.map((text) => ({ topic, value: Buffer.from(text), partition })));

/** As retention does: what lies before the offset is gone. */
async function expire(name: string, offset: string): Promise<void> {
  const topic = `${prefix}${name}`;
  await raw.fetchTopicOffsets(topic); // so that it knows who leads it
  await raw.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset }] });
}

/** What is handed over of the records behind these starts. */
async function seenFrom(...starts: readonly TopicStart[]): Promise<string[]> {
  const seen: string[] = [];
  const found = await admin.findRecord(starts, ({ value }) => {
    seen.push(String(value));
    return false;
  });
  expect(found).toBeUndefined();
  return seen.toSorted();
}

describe('a reading from given offsets', () => {
  it('is handed what lies behind them alone, of several topics, and leaves no group', async () => {
    await make('range.v1', 2);
    await make('other.v1');
    await fill('range.v1', ['a0', 'a1', 'a2']);
    await fill('range.v1', ['b0', 'b1'], 1);
    await fill('other.v1', ['c0', 'c1']);

    const seen = await seenFrom(
      { topic: 'range.v1', from: ['2', '1'] },
      { topic: 'other.v1', from: ['1'] },
    );

    expect(seen).toEqual(['a2', 'b1', 'c1']);
    expect(await seenFrom({ topic: 'range.v1', from: ['3', '1'] })).toEqual(['b1']);
    expect((await admin.listGroups()).filter((group) => group.startsWith('read-'))).toEqual([]);
  }, 60_000);

  it('takes in partitions that a topic has got since, from their first record', async () => {
    await make('grown.v1');
    await fill('grown.v1', ['old']);
    await raw.createPartitions({
      topicPartitions: [{ topic: `${prefix}grown.v1`, count: 2 }],
    });
    await kafka.ensureTopics([{ name: 'grown.v1', partitions: 2 }]);
    await raw.fetchTopicOffsets(`${prefix}grown.v1`);
    const own = kafka.producer();
    await own.start();
    await own.send([{ topic: 'grown.v1', value: Buffer.from('new'), partition: 1 }]);
    await own.stop();

    expect(await seenFrom({ topic: 'grown.v1', from: ['1'] })).toEqual(['new']);
  }, 60_000);

  it('begins at the first record that is left where retention has passed them', async () => {
    await make('passed.v1');
    await fill('passed.v1', ['a', 'b', 'c', 'd']);
    const start = { topic: 'passed.v1', from: ['1'] };

    await expire('passed.v1', '2');
    expect(await seenFrom(start)).toEqual(['c', 'd']);
    await expire('passed.v1', '4');
    expect(await seenFrom(start)).toEqual([]);
  }, 30_000);

  it('ends where retention takes the rest while it reads', async () => {
    await make('fleeting.v1');
    // More than one fetch brings.
    await fill(
      'fleeting.v1',
      ['a', 'b', 'c', 'd'].map((text) => text.padEnd(600_000, '.')),
    );
    const seen: string[] = [];

    await admin.readTopic('fleeting.v1', async ({ value }) => {
      seen.push(String(value).slice(0, 1));
      await expire('fleeting.v1', '4');
    });

    expect(seen[0]).toBe('a');
    expect(seen.length).toBeLessThan(4);
  }, 30_000);

  it('takes in all of a log that ends before them: it is another', async () => {
    await make('another.v1');
    await fill('another.v1', ['a', 'b']);

    expect(await seenFrom({ topic: 'another.v1', from: ['9'] })).toEqual(['a', 'b']);
  }, 60_000);

  it('ends where nothing but records of the broker itself are left', async () => {
    await make('marked.v1');
    const sender = client.producer({ transactionalId: `${prefix}sender`, idempotent: true });
    await sender.connect();
    const transaction = await sender.transaction();
    await transaction.send({ topic: `${prefix}marked.v1`, messages: [{ value: 'whole' }] });
    await transaction.commit();
    await sender.disconnect();

    await until('the broker has marked the end of the transaction', async () => {
      const [end] = await admin.topicOffsets('marked.v1');
      return end?.high === '2';
    });
    expect(await seenFrom({ topic: 'marked.v1', from: ['0'] })).toEqual(['whole']);
    expect(await seenFrom({ topic: 'marked.v1', from: ['1'] })).toEqual([]);
  }, 60_000);

  it('joins nothing where nothing was written since', async () => {
    await make('still.v1', 2);
    await make('empty.v1');
    await fill('still.v1', ['a']);
    const parts = {
      client: {
        consumer: () => {
          throw new Error('a group was joined');
        },
      },
      naming: createNaming(prefix),
      log,
    };
    const starts = [
      { topic: 'still.v1', from: ['1', '0'] },
      { topic: 'empty.v1', from: [] },
    ];

    await expect(readRange(parts, admin, starts, () => true)).resolves.toBeUndefined();
  }, 60_000);

  it('ends with the first record that is wanted', async () => {
    await make('wanted.v1');
    await fill('wanted.v1', ['a', 'b', 'c', 'd']);
    const seen: string[] = [];

    const found = await admin.findRecord([{ topic: 'wanted.v1', from: ['1'] }], ({ value }) => {
      seen.push(String(value));
      return String(value) === 'c';
    });

    expect(found).toMatchObject({ topic: 'wanted.v1', offset: '2' });
    expect(seen).toEqual(['b', 'c']);
  }, 60_000);

  it('asks for no more once it has seen enough', async () => {
    await make('enough.v1');
    // More than one fetch brings.
    await fill(
      'enough.v1',
      ['a', 'b', 'c'].map((text) => text.padEnd(600_000, '.')),
    );
    const parts = { client, naming: createNaming(prefix), log };
    const seen: string[] = [];

    await readRange(parts, admin, [{ topic: 'enough.v1', from: [] }], ({ value }) => {
      seen.push(String(value).slice(0, 1));
      return true;
    });

    expect(seen).toEqual(['a']);
  }, 60_000);

  it('fails with what its reader failed with', async () => {
    await make('failing.v1');
    await fill('failing.v1', ['a']);
    const failure = new Error('not taken');

    await expect(admin.readTopic('failing.v1', () => Promise.reject(failure))).rejects.toBe(
      failure,
    );
  }, 60_000);
});
