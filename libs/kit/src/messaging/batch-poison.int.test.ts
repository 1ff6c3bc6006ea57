import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AppError } from '../errors.ts';
import { createTestKafka } from '../testing/kafka.ts';
import { until } from '../testing/until.ts';
import type { InMessage } from './messages.ts';
import type { BatchConsumerOptions, Producer } from './options.ts';

const { kafka } = createTestKafka();
const admin = kafka.admin();
let producer: Producer;

const idOf = (message: InMessage): number => Number(message.value);
const from = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, n) => first + n);

async function send(topic: string, ids: readonly number[]): Promise<void> {
  await kafka.ensureTopics([{ name: topic, partitions: 1 }]);
  await producer.send(
    ids.map((id) => ({ topic, key: String(id), value: Buffer.from(String(id)), partition: 0 })),
  );
}

async function deadLetters(group: string): Promise<InMessage[]> {
  const seen: InMessage[] = [];
  await kafka.readToEnd(`tm.dlq.${group}.v1`, (message) => void seen.push(message));
  return seen;
}

const lettersOf = async (group: string): Promise<number[]> =>
  (await deadLetters(group)).map(({ key }) => Number(key));

/** A store that refuses every chunk that holds a bad row; what it takes is in `stored`. */
function storeInto(stored: Set<number>, isBad: (id: number) => boolean, error: () => Error) {
  const onChunk: BatchConsumerOptions['onChunk'] = (messages) => {
    if (messages.map(idOf).some(isBad)) {
      return Promise.reject(error());
    }
    messages.forEach((message) => stored.add(idOf(message)));
    return Promise.resolve(undefined);
  };
  return onChunk;
}

const isCommitted = async (name: string): Promise<boolean> =>
  (await admin.groupLag(name, [`${name}.v1`])) === 0;

const consumerOf = (name: string, onChunk: BatchConsumerOptions['onChunk'], maxRows = 100) =>
  kafka.batchConsumer({
    ...{ group: name, topics: [`${name}.v1`], maxBytes: 1_000_000, lingerMs: 100 },
    ...{ maxRows, onChunk },
  });

const bug = (): Error => new TypeError('x is undefined');
const aboutRecord = (): Error => new AppError('request.invalid', 'no such day');

beforeAll(async () => {
  producer = kafka.producer();
  await producer.start();
}, 60_000);

afterAll(async () => {
  await producer.stop();
  await admin.stop();
});

describe('batch consumer before bad rows', () => {
  it.each([
    ['front', (id: number) => id < 16],
    ['end', (id: number) => id >= 1_000],
    ['front-half', (id: number) => id < 508],
  ])(
    'parks those at the %s of a chunk and stores the rest',
    async (where, isBad) => {
      const name = `bad-${where}`;
      await send(`${name}.v1`, from(0, 1_016));
      const stored = new Set<number>();
      const consumer = consumerOf(name, storeInto(stored, isBad, bug), 1_016);

      await consumer.start();
      await until('all is committed', () => isCommitted(name));
      await consumer.stop();

      expect([...stored].toSorted((a, b) => a - b)).toEqual(
        from(0, 1_016).filter((n) => !isBad(n)),
      );
      expect(await lettersOf(name)).toEqual(from(0, 1_016).filter(isBad));
    },
    60_000,
  );

  it('parks a chunk that is all bad once the store takes a row from behind it', async () => {
    await send('all-bad.v1', from(0, 100));
    const stored = new Set<number>();
    const isBad = (id: number): boolean => id < 100;
    const consumer = consumerOf('all-bad', storeInto(stored, isBad, bug));
    await consumer.start();
    await send('all-bad.v1', from(100, 50));

    await until('all is committed', () => isCommitted('all-bad'), 30_000);
    await consumer.stop();

    expect([...stored].toSorted((a, b) => a - b)).toEqual(from(100, 50));
    expect(await lettersOf('all-bad')).toEqual(from(0, 100));
  }, 60_000);

  it('parks a chunk whose refusals all name the record, with nothing behind it', async () => {
    await send('named-bad.v1', from(0, 40));
    const consumer = consumerOf(
      'named-bad',
      storeInto(new Set(), () => true, aboutRecord),
    );

    await consumer.start();
    await until('all is committed', () => isCommitted('named-bad'), 30_000);
    await consumer.stop();

    const letters = await deadLetters('named-bad');
    expect(letters.map(({ key }) => Number(key))).toEqual(from(0, 40));
    expect(new Set(letters.map(({ headers }) => headers['tm_reason']))).toEqual(
      new Set(['request.invalid']),
    );
  }, 60_000);

  it.each([1, 3, 15])(
    'parks a chunk of %i bad rows and goes on',
    async (count) => {
      const name = `few-${String(count)}`;
      await send(`${name}.v1`, from(0, count));
      const stored = new Set<number>();
      const consumer = consumerOf(
        name,
        storeInto(stored, (id) => id < count, bug),
      );
      await consumer.start();
      await until('the first are committed', () => isCommitted(name), 30_000);

      await send(`${name}.v1`, [100]);
      await until('the next is stored', () => stored.has(100));
      await consumer.stop();

      expect(await lettersOf(name)).toEqual(from(0, count));
    },
    60_000,
  );

  it.each([
    ['refusing', () => false],
    // A marker at the end of each chunk, and at the beginning of the one behind.
    ['refusing-beside-markers', (id: number) => id % 100 === 99 || id % 100 === 0],
  ])(
    'parks nothing of a store that refuses the rows behind as well, and stores all of it later (%s)',
    async (name, isMarker) => {
      await send(`${name}.v1`, from(0, 250));
      const stored = new Set<number>();
      const askedAlone = new Set<number>();
      let isRefusing = true;
      let rounds = 0;
      const take = storeInto(
        stored,
        () => isRefusing,
        () => new Error('no such table'),
      );
      const consumer = consumerOf(name, (messages, control) => {
        rounds += messages.length === 100 ? 1 : 0;
        const [message] = messages;
        if (message !== undefined && messages.length === 1) {
          askedAlone.add(idOf(message));
        }
        return messages.map(idOf).every(isMarker)
          ? Promise.resolve({ isStored: false })
          : take(messages, control);
      });
      await consumer.start();
      await until('rounds beyond the patient ones', () => rounds >= 6);
      expect(Math.max(...askedAlone)).toBeGreaterThanOrEqual(100);
      expect(await admin.groupLag(name, [`${name}.v1`])).toBe(250);

      isRefusing = false;
      await until('all is committed', () => isCommitted(name));
      await consumer.stop();

      expect([...stored].toSorted((a, b) => a - b)).toEqual(from(0, 250));
      expect(await lettersOf(name)).toEqual([]);
    },
    60_000,
  );
});
