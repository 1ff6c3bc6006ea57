import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AppError } from '../errors.ts';
import { createTestKafka } from '../testing/kafka.ts';
import { until } from '../testing/until.ts';
import type { InMessage } from './messages.ts';
import type { FinishControl, Producer } from './options.ts';

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

type Step = (chunk: number, control: FinishControl) => Promise<void>;

/** A consumer whose chunks are stored at once and then have `rest` left to do. */
function overlapping(topic: string, maxInFlight: number, rest: Step) {
  const begun: number[] = [];
  const consumer = kafka.batchConsumer({
    ...limits,
    maxInFlight,
    group: topic,
    topics: [topic],
    onChunk: (messages) => {
      const chunk = chunkOf(messages);
      begun.push(chunk);
      return Promise.resolve({ finish: (control) => rest(chunk, control) });
    },
  });
  return { begun, consumer, lag: () => admin.groupLag(topic, [topic]) };
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** How many of the values somebody still holds. A reference that was just looked at is held for a turn. */
async function heldOf(values: readonly WeakRef<object>[]): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 50));
  collectGarbage();
  return values.filter((value) => value.deref() !== undefined).length;
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
        onChunk: async () => {
          await until('both are here', () => prepared === 2);
          return {
            finish: ({ isFollowed }) => {
              told.push(isFollowed());
              return Promise.resolve();
            },
          };
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
      onChunk: (messages) => {
        const isFirst = messages.length > 1;
        return Promise.resolve({
          finish: async ({ isFollowed }) => {
            if (isFirst) {
              await until('the last record is here', () => isFollowed());
            }
            told.push({ followed: isFollowed(), prepared });
          },
        });
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

  it('repeats what is left of a chunk by itself, and stores nothing of it twice', async () => {
    await fill('finish.v1', 2);
    let failures = 0;
    const { begun, consumer, lag } = overlapping('finish.v1', 2, (chunk) => {
      if (chunk === 0 && failures < 2) {
        failures += 1;
        return Promise.reject(new Error('the store is away'));
      }
      return Promise.resolve();
    });

    await consumer.start();
    await until('all is committed', async () => (await lag()) === 0);
    await consumer.stop();

    expect(failures).toBe(2);
    expect(begun).toEqual([0, 1]);
  }, 60_000);

  it('finishes every part of a chunk of which the store refused one record', async () => {
    await fill('parts.v1', 1);
    const finished: number[] = [];
    const consumer = kafka.batchConsumer({
      ...limits,
      group: 'parts.v1',
      topics: ['parts.v1'],
      onChunk: (messages) => {
        const records = messages.map(({ value }) => Number(value));
        return records.includes(3)
          ? Promise.reject(new Error('refused'))
          : Promise.resolve({
              finish: () => {
                finished.push(...records);
                return Promise.resolve();
              },
            });
      },
    });

    await consumer.start();
    await until(
      'all is committed',
      async () => (await admin.groupLag('parts.v1', ['parts.v1'])) === 0,
    );
    await consumer.stop();

    expect(finished.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 4, 5, 6, 7, 8, 9]);
  }, 60_000);

  it('has let go of the records while the rest of their chunk is under way', async () => {
    const topic = 'let-go.v1';
    await fill(topic, 1);
    const bodies: WeakRef<Buffer>[] = [];
    let held: number | undefined;
    const consumer = kafka.batchConsumer({
      ...limits,
      maxInFlight: 3,
      group: topic,
      topics: [topic],
      prepare: (messages) => messages.map(({ value }) => value?.toString()),
      onChunk: (messages) => {
        const isFirst = bodies.length === 0;
        bodies.push(...messages.flatMap(({ value }) => (value === null ? [] : new WeakRef(value))));
        return Promise.resolve({
          finish: async () => {
            if (isFirst) {
              // The newest batch is held for its commit: two more follow the one that is looked for.
              await until('others are stored', () => bodies.length === 3 * CHUNK);
              held = await heldOf(bodies.slice(0, CHUNK));
            }
          },
        });
      },
    });

    await consumer.start();
    for (const chunks of [1, 2]) {
      await until('the chunk is stored', () => bodies.length === chunks * CHUNK);
      await fill(topic, 1);
    }
    await until('the first has looked', () => held !== undefined);
    await consumer.stop();

    expect(held).toBe(0);
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

  it('begins nothing behind a chunk that a stop has cut off', async () => {
    await fill('cut-off.v1', 3);
    const begun = new Set<number>();
    let failures = 0;
    const consumer = kafka.batchConsumer({
      ...limits,
      group: 'cut-off.v1',
      topics: ['cut-off.v1'],
      onChunk: (messages) => {
        begun.add(chunkOf(messages));
        failures += 1;
        return Promise.reject(new AppError('upstream.unavailable', 'away'));
      },
    });
    await consumer.start();
    await until('three failures', () => failures >= 3);

    await consumer.stop();

    expect([...begun]).toEqual([0]);
  }, 60_000);
});
