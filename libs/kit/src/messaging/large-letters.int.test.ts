import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestKafka } from '../testing/kafka.ts';
import { until } from '../testing/until.ts';
import type { InMessage } from './messages.ts';
import type { Producer } from './options.ts';
import { done, park, retry } from './outcomes.ts';

const { kafka, metrics } = createTestKafka();
const admin = kafka.admin();
let producer: Producer;

// What the dead letters take is 16 MiB; a seal adds to the body what brings it over.
const seal = (message: InMessage): Promise<Buffer> =>
  Promise.resolve(Buffer.alloc(String(message.value) === 'large' ? 16 * 1024 * 1024 + 1 : 10));

async function send(topic: string, values: readonly (string | Buffer)[]): Promise<void> {
  const config = { 'max.message.bytes': String(20 * 1024 * 1024) };
  await kafka.ensureTopics([{ name: topic, partitions: 1, config }]);
  await producer.send(
    values.map((value, n) => ({ topic, key: String(n), value: Buffer.from(value) })),
  );
}

async function lettersOf(group: string): Promise<(string | number | undefined)[][]> {
  const seen: InMessage[] = [];
  await kafka.readToEnd(`tm.dlq.${group}.v1`, (message) => void seen.push(message));
  return seen.map(({ key, value, headers }) => [
    ...[key, value?.length, headers['tm_body'], headers['tm_body_length']],
  ]);
}

const isCommitted = async (group: string): Promise<boolean> =>
  (await admin.groupLag(group, [`${group}.v1`])) === 0;

beforeAll(async () => {
  producer = kafka.producer();
  await producer.start();
}, 60_000);

afterAll(async () => {
  await producer.stop();
  await admin.stop();
});

describe('dead letters that are too large for their topic', () => {
  it('go without their body from a chunk, and the partition goes on', async () => {
    await send('chunk-large.v1', ['small', 'large', 'small', 'good']);
    const consumer = kafka.batchConsumer({
      ...{ group: 'chunk-large', topics: ['chunk-large.v1'] },
      ...{ maxRows: 100, maxBytes: 1_000_000, lingerMs: 100, parkBody: seal },
      onChunk: (messages) => {
        const bad = messages.filter(({ value }) => String(value) !== 'good');
        return Promise.resolve({ parked: bad.map((message) => ({ message, reason: 'schema' })) });
      },
    });

    await consumer.start();
    await until('all is committed', () => isCommitted('chunk-large'));
    await consumer.stop();

    const letters = await lettersOf('chunk-large');
    // What was sent beside the large one may be there twice, never without its body.
    expect(new Set(letters.map((letter) => letter.join(' ')))).toEqual(
      new Set(['0 10 sealed 5', '1  none 5', '2 10 sealed 5']),
    );
  }, 60_000);

  it('go without their body from a consumer, and the partition goes on', async () => {
    await send('one-large.v1', ['large', 'good']);
    const seen: string[] = [];
    const consumer = kafka.consumer({
      ...{ group: 'one-large', topics: ['one-large.v1'], parkBody: seal },
      handle: (message) => {
        seen.push(String(message.value));
        return Promise.resolve(String(message.value) === 'good' ? done : park('schema'));
      },
    });

    await consumer.start();
    await until('all is committed', () => isCommitted('one-large'));
    await consumer.stop();

    expect(seen).toEqual(['large', 'good']);
    expect(await lettersOf('one-large')).toEqual([['0', undefined, 'none', '5']]);
  }, 60_000);

  it('are written for a record that is too large for the retry ladder', async () => {
    const bytes = 16 * 1024 * 1024 + 1;
    await send('rung-large.v1', [Buffer.alloc(bytes), 'good']);
    const consumer = kafka.consumer({
      ...{ group: 'rung-large', topics: ['rung-large.v1'] },
      handle: (message) =>
        Promise.resolve(String(message.value) === 'good' ? done : retry('not_yet')),
    });

    await consumer.start();
    await until('all is committed', () => isCommitted('rung-large'));
    await consumer.stop();

    expect(await lettersOf('rung-large')).toEqual([['0', undefined, 'none', String(bytes)]]);
    expect(await metrics.text()).toContain(
      'messages_settled_total{group="rung-large",outcome="park",reason="not_yet"} 1',
    );
  }, 60_000);
});
