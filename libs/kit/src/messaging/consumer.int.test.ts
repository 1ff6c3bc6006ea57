import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AppError } from '../errors.ts';
import { createTestKafka } from '../testing/kafka.ts';
import { until } from '../testing/until.ts';
import type { InMessage } from './messages.ts';
import type { ConsumerOptions, Producer } from './options.ts';
import { done, park, retry, skip } from './outcomes.ts';
import type { Outcome } from './outcomes.ts';

const { kafka, metrics, logged } = createTestKafka();
const admin = kafka.admin();
let producer: Producer;

const ladder = { '1m': 60, '10m': 120, '1h': 180 };

async function topicWith(name: string, texts: readonly string[], partitions = 1): Promise<void> {
  await kafka.ensureTopics([{ name, partitions }]);
  await producer.send(
    texts.map((text, n) => ({
      topic: name,
      key: `key-${text}`,
      value: Buffer.from(text),
      headers: { ce_id: text, tm_shopkey: 'shop' },
      partition: n % partitions,
    })),
  );
}

async function readAll(topic: string): Promise<InMessage[]> {
  const seen: InMessage[] = [];
  await kafka.readToEnd(topic, (message) => void seen.push(message));
  return seen;
}

const committed = async (group: string, topic: string) =>
  (await admin.groupOffsets(group, [topic])).map(({ offset }) => offset);

/** Runs a consumer over the topic until everything is committed, then stops it. */
async function consume(options: ConsumerOptions, isEnough: () => boolean): Promise<void> {
  const consumer = kafka.consumer({ ladder, ...options });
  await consumer.start();
  await until('all is handled', isEnough);
  await until(
    'all is committed',
    async () => (await admin.groupLag(options.group, options.topics)) === 0,
  );
  await consumer.stop();
}

beforeAll(async () => {
  producer = kafka.producer();
  await producer.start();
}, 60_000);

afterAll(async () => {
  await producer.stop();
  await admin.stop();
});

describe('consumer', () => {
  it('handles in order within a partition and commits one past the last', async () => {
    const texts = Array.from({ length: 200 }, (_, n) => String(n));
    await topicWith('order.v1', texts, 4);
    const seen: InMessage[] = [];

    await consume(
      {
        group: 'order',
        topics: ['order.v1'],
        concurrency: 4,
        handle: async (message) => {
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
          seen.push(message);
          return Number(message.value) % 2 === 0 ? done : skip('replayed');
        },
      },
      () => seen.length >= 200,
    );

    expect(seen).toHaveLength(200);
    for (const partition of [0, 1, 2, 3]) {
      const own = seen.filter((m) => m.partition === partition).map((m) => Number(m.offset));
      expect(own).toEqual(own.toSorted((a, b) => a - b));
    }
    expect(await committed('order', 'order.v1')).toEqual(['50', '50', '50', '50']);
    const text = await metrics.text();
    expect(text).toContain(
      'tokometrics_test_messages_settled_total{group="order",outcome="skip",reason="replayed"} 100',
    );
  }, 60_000);

  it('goes on after a restart where it had committed, without losing or repeating', async () => {
    await topicWith('resume.v1', ['1', '2', '3']);
    const seen: string[] = [];
    const options = {
      group: 'resume',
      topics: ['resume.v1'],
      handle: (message: InMessage) => {
        seen.push(String(message.value));
        return Promise.resolve(done);
      },
    };
    await consume(options, () => seen.length === 3);
    await topicWith('resume.v1', ['4']);

    await consume(options, () => seen.length >= 4);

    expect(seen).toEqual(['1', '2', '3', '4']);
  }, 60_000);

  it('parks with reason, origin and digest, but without the body', async () => {
    await topicWith('park.v1', ['good', 'bad']);
    let handled = 0;

    await consume(
      {
        group: 'park',
        topics: ['park.v1'],
        handle: (message) => {
          handled += 1;
          return Promise.resolve(message.headers['ce_id'] === 'bad' ? park('schema') : done);
        },
      },
      () => handled === 2,
    );

    const [letter, ...others] = await readAll('tm.dlq.park.v1');
    expect(others).toEqual([]);
    expect(letter?.value).toBeNull();
    expect(letter?.key).toBe('key-bad');
    expect(letter?.headers).toMatchObject({
      ce_id: 'bad',
      tm_shopkey: 'shop',
      tm_reason: 'schema',
      tm_origin_topic: 'park.v1',
      tm_origin_partition: '0',
      tm_origin_offset: '1',
      tm_body_length: '3',
      tm_body_sha256: '2f05d4b689d270cafb02285f35f44866f7dc8a2d368a3f9d1124373eeab31fb1',
    });
  }, 60_000);

  it('parks the body as parkBody sealed it, and a reason that is no code as unspecified', async () => {
    await topicWith('sealed.v1', ['buyer@example.org']);
    let handled = 0;

    await consume(
      {
        group: 'sealed',
        topics: ['sealed.v1'],
        parkBody: (message) =>
          Promise.resolve(Buffer.from(`sealed:${String(message.value?.length)}`)),
        handle: () => {
          handled += 1;
          return Promise.resolve(park('bad value buyer@example.org'));
        },
      },
      () => handled === 1,
    );

    const [letter] = await readAll('tm.dlq.sealed.v1');
    expect(String(letter?.value)).toBe('sealed:17');
    expect(letter?.headers['tm_reason']).toBe('unspecified');
    expect(logged.join('')).not.toContain('buyer@example.org');
  }, 60_000);

  it('sends a retry up the ladder, waits on each rung, and parks after the last', async () => {
    await topicWith('climb.v1', ['stone']);
    const at: { time: number; message: InMessage }[] = [];
    const consumer = kafka.consumer({
      group: 'climb',
      topics: ['climb.v1'],
      ladder,
      handle: (message): Promise<Outcome> => {
        at.push({ time: Date.now(), message });
        return Promise.resolve(retry('not_yet'));
      },
    });

    await consumer.start();
    await until('first try and three rungs', () => at.length === 4);
    await until('the letter', async () => (await readAll('tm.dlq.climb.v1')).length === 1);
    await consumer.stop();

    const gaps = at.slice(1).map(({ time }, n) => time - (at[n]?.time ?? 0));
    expect(gaps[0]).toBeGreaterThanOrEqual(60);
    expect(gaps[1]).toBeGreaterThanOrEqual(120);
    expect(gaps[2]).toBeGreaterThanOrEqual(180);
    // Whichever rung it comes from, the handler sees the record as it was.
    expect(new Set(at.map(({ message: m }) => `${m.topic}/${m.partition}/${m.offset}`))).toEqual(
      new Set(['climb.v1/0/0']),
    );
    const [letter] = await readAll('tm.dlq.climb.v1');
    expect(letter?.headers).toMatchObject({ tm_reason: 'not_yet', tm_origin_topic: 'climb.v1' });
    expect(letter?.headers['tm_retry_at']).toBeUndefined();
  }, 60_000);

  it('does not hold back the partition behind a record on the ladder', async () => {
    await topicWith('behind.v1', ['bad', 'good']);
    const seen: string[] = [];

    await consume(
      {
        group: 'behind',
        topics: ['behind.v1'],
        ladder: { '1m': 600_000, '10m': 600_000, '1h': 600_000 },
        handle: (message) => {
          seen.push(String(message.value));
          return Promise.resolve(String(message.value) === 'bad' ? retry('not_yet') : done);
        },
      },
      () => seen.includes('good'),
    );

    expect(seen).toEqual(['bad', 'good']);
    expect(await readAll('tm.retry.behind.1m.v1')).toHaveLength(1);
  }, 60_000);

  it('tries in place while a dependency is down, keeping the order', async () => {
    await topicWith('down.v1', ['1', '2']);
    const seen: string[] = [];
    let failures = 3;

    await consume(
      {
        group: 'down',
        topics: ['down.v1'],
        handle: (message) => {
          failures -= 1;
          if (failures >= 0) {
            throw new AppError('upstream.unavailable', 'store');
          }
          seen.push(String(message.value));
          return Promise.resolve(done);
        },
      },
      () => seen.length === 2,
    );

    expect(seen).toEqual(['1', '2']);
    expect(await readAll('tm.retry.down.1m.v1')).toEqual([]);
  }, 60_000);

  it('gives a dependency up after the limit and passes the record to the ladder', async () => {
    await topicWith('gone.v1', ['1']);
    let tries = 0;
    let isDown = true;

    await consume(
      {
        group: 'gone',
        topics: ['gone.v1'],
        retryInPlaceMs: 300,
        ladder: { '1m': 300, '10m': 60_000, '1h': 60_000 },
        handle: () => {
          tries += 1;
          if (isDown) {
            throw new AppError('upstream.unavailable', 'store');
          }
          return Promise.resolve(done);
        },
      },
      () => tries > 1,
    );
    isDown = false;

    const [waiting] = await readAll('tm.retry.gone.1m.v1');
    expect(waiting?.headers).toMatchObject({
      tm_reason: 'upstream.unavailable',
      tm_retry_rung: '1m',
    });
    expect(String(waiting?.value)).toBe('1');
  }, 60_000);

  it('logs a bug once per failure without the body, then climbs and parks', async () => {
    await topicWith('bug.v1', ['secret-body']);
    const before = logged.length;

    const consumer = kafka.consumer({
      group: 'bug',
      topics: ['bug.v1'],
      ladder,
      handle: () => Promise.reject(new TypeError('x is undefined')),
    });
    await consumer.start();
    await until('the letter', async () => (await readAll('tm.dlq.bug.v1')).length === 1);
    await consumer.stop();

    const lines = logged.slice(before).join('');
    expect(lines).toContain('message handler failed');
    expect(lines).not.toContain('secret-body');
    expect((await readAll('tm.dlq.bug.v1'))[0]?.headers['tm_reason']).toBe('unexpected');
  }, 60_000);
});
