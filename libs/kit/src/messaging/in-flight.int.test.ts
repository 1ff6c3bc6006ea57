import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestKafka } from '../testing/kafka.ts';
import { until } from '../testing/until.ts';
import type { InMessage } from './messages.ts';
import type { ChunkControl, Producer } from './options.ts';

const { kafka } = createTestKafka();
const admin = kafka.admin();
let producer: Producer;

const CHUNK = 10;
const limits = { maxRows: CHUNK, maxBytes: 1_000_000, lingerMs: 50 };
const chunkOf = (messages: readonly InMessage[]): number =>
  Math.floor(Number(messages[0]?.value) / CHUNK);

async function fill(topic: string, chunks: number): Promise<void> {
  await kafka.ensureTopics([{ name: topic, partitions: 1 }]);
  await producer.send(
    Array.from({ length: chunks * CHUNK }, (_, n) => ({
      topic,
      key: 'one',
      value: Buffer.from(String(n)),
    })),
  );
}

type Step = (chunk: number, control: ChunkControl<undefined>) => Promise<void>;

/** A consumer that lets the next chunk begin at once and then does `rest`. */
function overlapping(topic: string, maxInFlight: number, rest: Step) {
  const begun: number[] = [];
  const consumer = kafka.batchConsumer({
    ...limits,
    maxInFlight,
    group: topic,
    topics: [topic],
    onChunk: async (messages, control) => {
      begun.push(chunkOf(messages));
      control.letNext();
      await rest(chunkOf(messages), control);
      return undefined;
    },
  });
  return { begun, consumer, lag: () => admin.groupLag(topic, [topic]) };
}

beforeAll(async () => {
  producer = kafka.producer();
  await producer.start();
}, 60_000);

afterAll(async () => {
  await producer.stop();
  await admin.stop();
});

describe('chunks in flight', () => {
  it('begins the next ones up to the limit, and commits nothing past the first', async () => {
    await fill('overlap.v1', 5);
    const first = Promise.withResolvers<undefined>();
    const ended: number[] = [];
    const { begun, consumer, lag } = overlapping('overlap.v1', 3, async (chunk) => {
      await (chunk === 0 ? first.promise : undefined);
      ended.push(chunk);
    });
    await consumer.start();

    // Those behind the first end and make room, yet their offsets wait for it.
    await until('all others have ended', () => ended.length === 4);
    const lagMeanwhile = await lag();
    first.resolve(undefined);
    await until('all is committed', async () => (await lag()) === 0);
    await consumer.stop();

    expect(lagMeanwhile).toBe(5 * CHUNK);
    expect(begun).toEqual([0, 1, 2, 3, 4]);
    expect(ended.at(-1)).toBe(0);
  }, 60_000);

  it('waits when as many as may be are unfinished', async () => {
    await fill('limit.v1', 6);
    let running = 0;
    let most = 0;
    const { begun, consumer, lag } = overlapping('limit.v1', 2, async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 20));
      running -= 1;
    });

    await consumer.start();
    await until('all is committed', async () => (await lag()) === 0);
    await consumer.stop();

    expect(most).toBe(2);
    expect(begun).toEqual([0, 1, 2, 3, 4, 5]);
  }, 60_000);

  it('gives each its turn in the order in which they came', async () => {
    await fill('turns.v1', 4);
    const turns: number[] = [];
    const { consumer, lag } = overlapping('turns.v1', 4, async (chunk, { turn }) => {
      await new Promise((resolve) => setTimeout(resolve, 40 * (4 - chunk)));
      await turn();
      turns.push(chunk);
    });

    await consumer.start();
    await until('all is committed', async () => (await lag()) === 0);
    await consumer.stop();

    expect(turns).toEqual([0, 1, 2, 3]);
  }, 60_000);

  it.each([
    ['once it is here', 2, true],
    ['never, where one may be unfinished at a time', 1, false],
  ])(
    'tells a chunk that another follows: %s',
    async (_when, maxInFlight, wanted) => {
      const topic = `followed-${String(maxInFlight)}.v1`;
      await fill(topic, 2);
      const told: boolean[] = [];
      let prepared = 0;
      const consumer = kafka.batchConsumer({
        ...limits,
        maxInFlight,
        group: topic,
        topics: [topic],
        prepare: () => (prepared += 1),
        onChunk: async (_messages, { isFollowed }) => {
          await until('both are here', () => prepared === 2);
          told.push(isFollowed());
          return undefined;
        },
      });

      await consumer.start();
      await until('all is committed', async () => (await admin.groupLag(topic, [topic])) === 0);
      await consumer.stop();

      // Behind the last there is none.
      expect(told).toEqual([wanted, false]);
    },
    60_000,
  );

  it('tells a chunk that records for another are here, before they make one', async () => {
    const topic = 'at-hand.v1';
    await fill(topic, 1);
    const told: { readonly followed: boolean; readonly prepared: number }[] = [];
    let prepared = 0;
    const consumer = kafka.batchConsumer({
      ...limits,
      maxRows: CHUNK - 1,
      lingerMs: 2_000,
      maxInFlight: 2,
      group: topic,
      topics: [topic],
      prepare: () => (prepared += 1),
      onChunk: async (messages, { isFollowed }) => {
        if (messages.length > 1) {
          await until('the last record is here', () => isFollowed());
        }
        told.push({ followed: isFollowed(), prepared });
        return undefined;
      },
    });

    await consumer.start();
    await until('all is committed', async () => (await admin.groupLag(topic, [topic])) === 0);
    await consumer.stop();

    expect(told).toEqual([
      { followed: true, prepared: 1 },
      { followed: false, prepared: 2 },
    ]);
  }, 60_000);

  it('gives no turn behind a chunk that was given up, when it stops', async () => {
    await fill('given-up.v1', 3);
    const turns: number[] = [];
    let failures = 0;
    const { consumer, lag } = overlapping('given-up.v1', 3, async (chunk, { turn }) => {
      if (chunk === 0) {
        failures += 1;
        throw Object.assign(new Error('the store is away'), { transient: true });
      }
      await turn();
      turns.push(chunk);
    });
    await consumer.start();
    await until('the first has failed', () => failures > 1);

    await consumer.stop();

    expect(turns).toEqual([]);
    expect(await lag()).toBe(3 * CHUNK);
  }, 60_000);
});
