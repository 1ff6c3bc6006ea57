import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AppError } from '../errors.ts';
import type { Lifecycled } from '../lifecycle.ts';
import { createTestKafka } from '../testing/kafka.ts';
import { until } from '../testing/until.ts';
import type { InMessage } from './messages.ts';
import type { BatchConsumerOptions, ChunkControl, Producer } from './options.ts';
import { done } from './outcomes.ts';

const { kafka } = createTestKafka();
const admin = kafka.admin();
let producer: Producer;

const PARTITIONS = 4;

async function fill(topic: string, count: number): Promise<void> {
  await kafka.ensureTopics([{ name: topic, partitions: PARTITIONS }]);
  await producer.send(
    Array.from({ length: count }, (_, n) => ({
      topic,
      key: String(n),
      value: Buffer.from(String(n)),
      partition: n % PARTITIONS,
    })),
  );
}

function stopOf(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
}

async function committedOf(group: string, topic: string): Promise<number[]> {
  const offsets = await admin.groupOffsets(group, [topic]);
  return offsets
    .toSorted((a, b) => a.partition - b.partition)
    .map(({ offset }) => Number(offset ?? 0));
}

type StoringInto = (stored: Set<number>) => BatchConsumerOptions['onChunk'];

const after30Ms = () => new Promise<void>((resolve) => setTimeout(resolve, 30));
const numbersOf = (messages: readonly InMessage[]) => messages.map(({ value }) => Number(value));

const inOneStep: StoringInto = (stored) => async (messages) => {
  await after30Ms();
  numbersOf(messages).forEach((number) => stored.add(number));
  return undefined;
};

/** As a sink whose rollups come later: a record is done when its chunk is finished. */
const inTwoSteps: StoringInto = (stored) => {
  let finishes = 0;
  return (messages) => {
    const numbers = numbersOf(messages);
    return Promise.resolve({
      finish: async ({ turn }) => {
        await after30Ms();
        finishes += 1;
        if (finishes % 5 === 0) {
          throw new AppError('upstream.unavailable', 'the pass is away');
        }
        await turn();
        numbers.forEach((number) => stored.add(number));
      },
    });
  };
};

beforeAll(async () => {
  producer = kafka.producer();
  await producer.start();
}, 60_000);

afterAll(async () => {
  await producer.stop();
  await admin.stop();
});

describe('a group whose members come and go', () => {
  it.each<[string, string, number, StoringInto]>([
    ['in one step', 'storm', 1, inOneStep],
    ['in two steps, several at a time, of which some fail', 'storm-of-two', 8, inTwoSteps],
  ])(
    'loses nothing, and commits nothing past what is done: %s',
    async (_, group, many, into) => {
      const topic = `${group}.v1`;
      const count = 4_000;
      await fill(topic, count);
      /** Settled numbers per partition, as the store knows them. */
      const stored = new Set<number>();
      const make = (): Lifecycled =>
        kafka.batchConsumer({
          ...{ group, topics: [topic], maxInFlight: many },
          ...{ maxRows: 50, maxBytes: 1_000_000, lingerMs: 20 },
          onChunk: into(stored),
        });
      const violations: string[] = [];
      let before: number[] = [0, 0, 0, 0];
      const watching = new AbortController();
      const watch = (async () => {
        while (!watching.signal.aborted) {
          const now = await committedOf(group, topic);
          now.forEach((offset, partition) => {
            if (offset < (before[partition] ?? 0)) {
              violations.push(`partition ${String(partition)} moved back to ${String(offset)}`);
            }
            for (let each = before[partition] ?? 0; each < offset; each += 1) {
              if (!stored.has(each * PARTITIONS + partition)) {
                violations.push(`offset ${String(each)} of ${String(partition)} is not stored`);
              }
            }
          });
          before = now;
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      })();

      const steady = make();
      await steady.start();
      for (let round = 0; round < 3; round += 1) {
        const guest = make();
        await guest.start();
        await new Promise((resolve) => setTimeout(resolve, 700));
        await guest.stop();
      }
      await until(
        'all is committed',
        async () => (await admin.groupLag(group, [topic])) === 0,
        60_000,
      );
      watching.abort();
      await watch;
      await steady.stop();

      expect(violations).toEqual([]);
      expect(stored.size).toBe(count);
    },
    120_000,
  );

  it('does not commit a chunk that ends after its partitions went to another member', async () => {
    const topic = 'stale.v1';
    await fill(topic, 40);
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    let wasOwnerAtEnd: boolean | undefined;
    const generations = new Map<string, number>();
    const note =
      (who: string) =>
      ([first]: readonly InMessage[], control: ChunkControl<undefined>): void => {
        generations.set(who, control.generationOf(topic, first?.partition ?? 0) ?? 0);
      };
    let isHeld = false;
    const slow = kafka.batchConsumer({
      group: 'stale',
      topics: [topic],
      maxRows: 40,
      maxBytes: 1_000_000,
      lingerMs: 50,
      onChunk: async (messages, control) => {
        if (!isHeld) {
          isHeld = true;
          await gate;
          note('stale')(messages, control);
          wasOwnerAtEnd = control.isOwner();
        } else {
          await stopOf(control.signal);
        }
        return undefined;
      },
    });
    await slow.start();
    await until('the chunk is in hand', () => isHeld);

    const other = kafka.consumer({
      group: 'stale-other',
      topics: [topic],
      handle: () => Promise.resolve(done),
    });
    const rival = kafka.batchConsumer({
      group: 'stale',
      topics: [topic],
      maxRows: 40,
      maxBytes: 1_000_000,
      lingerMs: 50,
      onChunk: async (messages, control) => {
        note('rival')(messages, control);
        await stopOf(control.signal);
        return undefined;
      },
    });
    await Promise.all([other.start(), rival.start()]);
    await until('both are members', async () => {
      const [group] = await admin.describeGroups(['stale']);
      return group?.state === 'Stable' && group.members.length === 2;
    });
    await until('the rival reads', () => generations.has('rival'));
    release();
    await until('the stale chunk has ended', () => wasOwnerAtEnd !== undefined);
    await new Promise((resolve) => setTimeout(resolve, 500));

    expect(wasOwnerAtEnd).toBe(false);
    // Of the chunk that ends last it is still the one in which its records were read.
    expect(generations.get('stale')).toBeGreaterThan(0);
    expect(generations.get('rival')).toBeGreaterThan(generations.get('stale') ?? 0);
    expect(await committedOf('stale', topic)).toEqual([0, 0, 0, 0]);
    await Promise.all([slow.stop(), rival.stop(), other.stop()]);
  }, 120_000);
});
