import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AppError } from '../errors.ts';
import { createTestKafka } from '../testing/kafka.ts';
import { until } from '../testing/until.ts';
import type { InMessage } from './messages.ts';
import type { Producer } from './options.ts';

const { kafka } = createTestKafka();
const admin = kafka.admin();
let producer: Producer;

const limits = { maxRows: 100, maxBytes: 1_000_000, lingerMs: 100 };
const idOf = (message: InMessage): string => String(message.value);
const firstId = (messages: readonly InMessage[]): string => String(messages[0]?.value);

async function fill(topic: string, count: number, partitions: number, from = 0): Promise<string[]> {
  await kafka.ensureTopics([{ name: topic, partitions }]);
  const texts = Array.from({ length: count }, (_, n) => String(from + n));
  await producer.send(
    texts.map((text, n) => ({
      topic,
      key: text,
      value: Buffer.from(text),
      partition: n % partitions,
    })),
  );
  return texts;
}

async function deadLetters(group: string): Promise<InMessage[]> {
  const seen: InMessage[] = [];
  await kafka.readToEnd(`tm.dlq.${group}.v1`, (message) => void seen.push(message));
  return seen;
}

const lag = (group: string, topic: string): Promise<number> => admin.groupLag(group, [topic]);

beforeAll(async () => {
  producer = kafka.producer();
  await producer.start();
}, 60_000);

afterAll(async () => {
  await producer.stop();
  await admin.stop();
});

describe('batch consumer', () => {
  it('delivers all in chunks within the limits, over partitions, one at a time', async () => {
    const sent = await fill('chunks.v1', 1_000, 3);
    const chunks: string[][] = [];
    let running = 0;
    let overlaps = 0;
    const consumer = kafka.batchConsumer({
      ...limits,
      group: 'chunks',
      topics: ['chunks.v1'],
      onChunk: async (messages) => {
        running += 1;
        overlaps += running > 1 ? 1 : 0;
        await new Promise((resolve) => setTimeout(resolve, 10));
        chunks.push(messages.map(idOf));
        running -= 1;
        return undefined;
      },
    });

    await consumer.start();
    await until('all is committed', async () => (await lag('chunks', 'chunks.v1')) === 0);
    await consumer.stop();

    expect(chunks.flat().toSorted()).toEqual(sent.toSorted());
    expect(Math.max(...chunks.map((chunk) => chunk.length))).toBeLessThanOrEqual(100);
    expect(overlaps).toBe(0);
  }, 60_000);

  it('closes a small chunk after the linger, and a large one by bytes', async () => {
    await kafka.ensureTopics([{ name: 'linger.v1', partitions: 1 }]);
    const sizes: number[] = [];
    const consumer = kafka.batchConsumer({
      maxRows: 1_000,
      maxBytes: 30_000,
      lingerMs: 200,
      group: 'linger',
      topics: ['linger.v1'],
      onChunk: (messages) => {
        sizes.push(messages.length);
        return Promise.resolve(undefined);
      },
    });
    await consumer.start();

    await fill('linger.v1', 3, 1);
    await until('the small chunk', () => sizes.length === 1);
    expect(sizes).toEqual([3]);

    const body = Buffer.alloc(10_000);
    await producer.send(
      Array.from({ length: 9 }, () => ({ topic: 'linger.v1', key: 'k', value: body })),
    );
    await until('the large ones', () => sizes.reduce((a, b) => a + b, 0) === 12);
    expect(Math.max(...sizes.slice(1))).toBeLessThanOrEqual(3);
    await consumer.stop();
  }, 60_000);

  it('prepares the next chunk while the present one is being written', async () => {
    await fill('ahead.v1', 300, 1);
    const steps: string[] = [];
    let chunk = 0;
    const consumer = kafka.batchConsumer({
      ...limits,
      group: 'ahead',
      topics: ['ahead.v1'],
      prepare: (messages) => {
        steps.push(`prepare ${firstId(messages)}`);
        return messages.map(idOf);
      },
      onChunk: async (messages, { prepared }) => {
        expect(prepared).toEqual(messages.map(idOf));
        chunk += 1;
        await until('the next is prepared', () => chunk > 2 || steps.length > chunk);
        steps.push(`written ${firstId(messages)}`);
        return undefined;
      },
    });

    await consumer.start();
    await until('all is committed', async () => (await lag('ahead', 'ahead.v1')) === 0);
    await consumer.stop();

    expect(steps.indexOf('prepare 100')).toBeLessThan(steps.indexOf('written 0'));
    expect(steps.filter((step) => step.startsWith('prepare'))).toHaveLength(3);
  }, 60_000);

  it('keeps the offsets while a chunk fails transiently, and the order', async () => {
    const sent = await fill('trouble.v1', 50, 1);
    const stored: string[] = [];
    let failures = 3;
    let lagWhileFailing = 0;
    const consumer = kafka.batchConsumer({
      ...limits,
      group: 'trouble',
      topics: ['trouble.v1'],
      onChunk: async (messages) => {
        failures -= 1;
        if (failures >= 0) {
          lagWhileFailing = await lag('trouble', 'trouble.v1');
          throw new AppError('upstream.unavailable', 'clickhouse');
        }
        stored.push(...messages.map(idOf));
        return undefined;
      },
    });

    await consumer.start();
    await until('all is committed', async () => (await lag('trouble', 'trouble.v1')) === 0);
    await consumer.stop();

    expect(lagWhileFailing).toBe(50);
    expect(stored).toEqual(sent);
    expect(await deadLetters('trouble')).toEqual([]);
  }, 60_000);

  it('parks what the handler names, acknowledged before the commit', async () => {
    await fill('named.v1', 10, 1);
    const consumer = kafka.batchConsumer({
      ...limits,
      group: 'named',
      topics: ['named.v1'],
      parkBody: (message) => Promise.resolve(Buffer.from(`sealed ${idOf(message)}`)),
      onChunk: (messages) =>
        Promise.resolve({
          parked: messages
            .filter((message) => Number(idOf(message)) >= 8)
            .map((message) => ({ message, reason: 'schema' })),
        }),
    });

    await consumer.start();
    await until('all is committed', async () => (await lag('named', 'named.v1')) === 0);
    await consumer.stop();

    const letters = await deadLetters('named');
    expect(letters.map((m) => [String(m.value), m.headers['tm_reason']])).toEqual([
      ['sealed 8', 'schema'],
      ['sealed 9', 'schema'],
    ]);
  }, 60_000);

  it('finds the one row that a store refuses and stores all others', async () => {
    const sent = await fill('poison.v1', 200, 2);
    const stored = new Set<string>();
    const consumer = kafka.batchConsumer({
      ...limits,
      group: 'poison',
      topics: ['poison.v1'],
      onChunk: (messages) => {
        if (messages.some((message) => idOf(message) === '137')) {
          throw new AppError('internal', 'refused', { details: { reason: 'range' } });
        }
        messages.forEach((message) => stored.add(idOf(message)));
        return Promise.resolve(undefined);
      },
    });

    await consumer.start();
    await until('all is committed', async () => (await lag('poison', 'poison.v1')) === 0);
    await consumer.stop();

    expect([...stored].toSorted()).toEqual(sent.filter((id) => id !== '137').toSorted());
    const letters = await deadLetters('poison');
    expect(letters.map((m) => [m.key, m.headers['tm_reason']])).toEqual([['137', 'range']]);
  }, 60_000);

  it('parks nothing while a store refuses every row, and goes on when it recovers', async () => {
    const sent = await fill('broken.v1', 100, 1);
    const stored: string[] = [];
    let isBroken = true;
    let attempts = 0;
    const consumer = kafka.batchConsumer({
      ...limits,
      group: 'broken',
      topics: ['broken.v1'],
      onChunk: (messages) => {
        attempts += 1;
        if (isBroken) {
          throw new Error('no such table');
        }
        stored.push(...messages.map(idOf));
        return Promise.resolve(undefined);
      },
    });
    await consumer.start();
    await until('several rounds', () => attempts > 60);
    expect(await lag('broken', 'broken.v1')).toBe(100);

    isBroken = false;
    await until('all is committed', async () => (await lag('broken', 'broken.v1')) === 0);
    await consumer.stop();

    expect(new Set(stored)).toEqual(new Set(sent));
    expect(await deadLetters('broken')).toEqual([]);
  }, 60_000);

  it('buffers no more than its cap while the store is slow', async () => {
    await kafka.ensureTopics([{ name: 'slow.v1', partitions: 2 }]);
    const body = Buffer.alloc(1_000);
    await producer.send(
      Array.from({ length: 4_000 }, (_, n) => ({
        topic: 'slow.v1',
        key: String(n),
        value: body,
        partition: n % 2,
      })),
    );
    let handled = 0;
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const consumer = kafka.batchConsumer({
      maxRows: 100,
      maxBytes: 200_000,
      lingerMs: 50,
      group: 'slow',
      topics: ['slow.v1'],
      onChunk: async (messages) => {
        await gate;
        handled += messages.length;
        return undefined;
      },
    });
    await consumer.start();
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    // The member is alive although nothing is finished.
    expect((await admin.describeGroups(['slow']))[0]?.state).toBe('Stable');
    expect(handled).toBe(0);

    release();
    await until('all is handled', () => handled === 4_000);
    await until('all is committed', async () => (await lag('slow', 'slow.v1')) === 0);
    await consumer.stop();
  }, 60_000);
});
