import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestKafka } from '../testing/kafka.ts';
import { until } from '../testing/until.ts';
import type { InMessage } from './messages.ts';
import type { Producer } from './options.ts';

const { kafka, prefix } = createTestKafka();
const admin = kafka.admin();
let producer: Producer;

const letter = (topic: string, key: string, text: string, partition?: number) => ({
  topic,
  key,
  value: Buffer.from(text),
  headers: { ce_id: text },
  ...(partition === undefined ? {} : { partition }),
});

beforeAll(async () => {
  producer = kafka.producer();
  await producer.start();
}, 60_000);

afterAll(async () => {
  await producer.stop();
  await admin.stop();
});

describe('topics', () => {
  it('are made once, with their partitions and configuration, under the prefix', async () => {
    const defs = [{ name: 'made.v1', partitions: 3, config: { 'retention.ms': '3600000' } }];

    await Promise.all([kafka.ensureTopics(defs), kafka.ensureTopics(defs)]);
    await kafka.ensureTopics(defs);

    expect(await admin.topicOffsets('made.v1')).toHaveLength(3);
    expect(await admin.describeTopicConfig('made.v1')).toMatchObject({ 'retention.ms': '3600000' });
    expect(await admin.listTopics()).toEqual(['made.v1']);
    expect(prefix).not.toBe('');
  }, 30_000);

  it('from before take the configuration of today, and keep their partitions and records', async () => {
    const config = { 'retention.ms': '7200000', 'max.message.bytes': '2000000' };
    const beside = { name: 'beside.v1', partitions: 1, config };
    await kafka.ensureTopics([{ name: 'older.v1', partitions: 2, config }, beside]);
    await producer.send([letter('older.v1', 'k', 'one')]);
    const today = { 'retention.ms': '3600000', 'segment.ms': '600000' };

    await kafka.ensureTopics([{ name: 'older.v1', partitions: 3, config: today }, beside]);

    // What a broker has accepted it tells a moment later.
    await until('the broker tells the new configuration', async () => {
      const told = await admin.describeTopicConfig('older.v1');
      return told['segment.ms'] === today['segment.ms'];
    });
    expect(await admin.describeTopicConfig('older.v1')).toMatchObject({ ...config, ...today });
    expect(await admin.describeTopicConfig('beside.v1')).toMatchObject(config);
    const offsets = await admin.topicOffsets('older.v1');
    expect(offsets).toHaveLength(2);
    expect(offsets.reduce((sum, { high }) => sum + Number(high), 0)).toBe(1);
  }, 30_000);
});

describe('producer', () => {
  it('keeps key, body, headers, partition and order', async () => {
    await kafka.ensureTopics([{ name: 'kept.v1', partitions: 2 }]);

    await producer.send([letter('kept.v1', 'k', 'one', 1), letter('kept.v1', 'k', 'two', 1)]);
    await producer.send([{ topic: 'kept.v1', value: null, partition: 1 }]);

    const seen: InMessage[] = [];
    await kafka.readToEnd('kept.v1', (message) => void seen.push(message));
    expect(seen.map((m) => [m.topic, m.partition, m.offset, m.key, m.value?.toString()])).toEqual([
      ['kept.v1', 1, '0', 'k', 'one'],
      ['kept.v1', 1, '1', 'k', 'two'],
      ['kept.v1', 1, '2', undefined, undefined],
    ]);
    expect(seen[0]?.headers).toEqual({ ce_id: 'one' });
  }, 30_000);

  it('says at once what is larger than its topic takes, and sends what is beside and behind it', async () => {
    await kafka.ensureTopics([{ name: 'large.v1', partitions: 1 }]);
    const huge = letter('large.v1', 'k', 'x'.repeat(2_000_000));

    const sent = await Promise.allSettled([
      producer.send([letter('large.v1', 'k', 'before')]),
      producer.send([huge]),
      producer.send([letter('large.v1', 'k', 'after')]),
    ]);

    const seen: string[] = [];
    await kafka.readToEnd('large.v1', (message) => void seen.push(String(message.value)));
    expect(seen).toEqual(['before', 'after']);
    expect(sent[1]).toMatchObject({
      reason: { code: 'request.too_large', details: { reason: 'too_large' } },
    });
  }, 30_000);

  it.each(['zstd', 'gzip'] as const)(
    'compresses with %s and is read back',
    async (compression) => {
      const topic = `packed.${compression}.v1`;
      await kafka.ensureTopics([{ name: topic, partitions: 1 }]);
      const packing = kafka.producer({ compression });
      await packing.start();
      const body = 'shop '.repeat(10_000);

      await packing.send([letter(topic, 'k', body)]);
      await packing.stop();

      const seen: string[] = [];
      await kafka.readToEnd(topic, (message) => void seen.push(String(message.value)));
      expect(seen).toEqual([body]);
    },
    30_000,
  );

  it('delivers every one of many concurrent sends exactly once', async () => {
    await kafka.ensureTopics([{ name: 'many.v1', partitions: 4 }]);

    await Promise.all(
      Array.from({ length: 2_000 }, (_, n) =>
        producer.send([letter('many.v1', `k${String(n % 50)}`, String(n))]),
      ),
    );

    const seen: number[] = [];
    await kafka.readToEnd('many.v1', (message) => void seen.push(Number(message.value)));
    expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 2_000 }, (_, n) => n));
  }, 60_000);

  it('answers an unknown topic with a failure, and goes on serving', async () => {
    await kafka.ensureTopics([{ name: 'after.v1', partitions: 1 }]);
    const short = kafka.producer();
    await short.start();

    await expect(short.send([letter('no.such.v1', 'k', 'x')])).rejects.toMatchObject({
      code: 'upstream.unavailable',
    });
    await short.stop();
    await expect(producer.send([letter('after.v1', 'k', 'x')])).resolves.toBeUndefined();
  }, 60_000);
});

describe('tail', () => {
  it('from the beginning starts only with all that was there, then follows', async () => {
    await kafka.ensureTopics([{ name: 'fence.v1', partitions: 2 }]);
    await producer.send([letter('fence.v1', 'a', '1', 0), letter('fence.v1', 'b', '2', 1)]);
    const seen: string[] = [];
    let beats = 0;
    const tail = kafka.tail({
      group: 'fence-x-1',
      topic: 'fence.v1',
      from: 'beginning',
      sessionTimeoutMs: 6_000,
      heartbeatMs: 500,
      onHeartbeat: () => (beats += 1),
      onMessage: (message) => void seen.push(String(message.value)),
    });

    await tail.start();
    expect(seen.toSorted()).toEqual(['1', '2']);

    await producer.send([letter('fence.v1', 'a', '3', 0)]);
    await until('the tail follows', () => seen.includes('3'));
    await until('heartbeats are seen', () => beats >= 3);
    expect((await admin.describeGroups(['fence-x-1']))[0]?.state).toBe('Stable');
    await tail.stop();
    expect(await admin.listGroups()).not.toContain('fence-x-1');
  }, 60_000);

  it('from the latest sees exactly what is sent after its start, on an empty topic too', async () => {
    await kafka.ensureTopics([{ name: 'notice.v1', partitions: 1 }]);
    await producer.send([letter('notice.v1', 'a', 'before')]);
    const seen: string[] = [];
    const tail = kafka.tail({
      group: 'gateway-1',
      topic: 'notice.v1',
      onMessage: (message) => void seen.push(String(message.value)),
    });

    await tail.start();
    await producer.send([letter('notice.v1', 'a', 'after')]);

    await until('the notice arrives', () => seen.length > 0);
    expect(seen).toEqual(['after']);
    await tail.stop();
  }, 60_000);

  it('tries a record again until it is taken, and loses none behind it', async () => {
    await kafka.ensureTopics([{ name: 'stubborn.v1', partitions: 1 }]);
    await producer.send([letter('stubborn.v1', 'a', '1'), letter('stubborn.v1', 'a', '2')]);
    const seen: string[] = [];
    let failures = 2;
    const tail = kafka.tail({
      group: 'stubborn-1',
      topic: 'stubborn.v1',
      from: 'beginning',
      onMessage: (message) => {
        failures -= 1;
        if (failures >= 0) {
          throw new Error('not yet');
        }
        seen.push(String(message.value));
      },
    });

    await tail.start();

    expect(seen).toEqual(['1', '2']);
    await tail.stop();
  }, 60_000);
});
