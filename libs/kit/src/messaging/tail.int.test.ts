import { afterAll, beforeAll, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import { createLogger } from '../logging.ts';
import { createTestKafka } from '../testing/kafka.ts';
import { requiredEnv } from '../testing/required-env.ts';
import type { Producer } from './options.ts';
import { createTail } from './tail.ts';
import { createNaming } from './topics.ts';

const { kafka, prefix } = createTestKafka();
const log = createLogger({
  service: 'test',
  level: 'warn',
  destination: { write: () => undefined },
});
let producer: Producer;

beforeAll(async () => {
  producer = kafka.producer();
  await producer.start();
}, 60_000);

afterAll(async () => {
  await producer.stop();
});

const letter = (text: string) => ({ topic: 'joined.v1', key: 'a', value: Buffer.from(text) });

/** Whoever sends looks who is there, and waits for none that has not joined. */
it.each([[[]], [['before']]])(
  'has taken in what was sent until its join before it starts, behind %j too',
  async (there) => {
    await kafka.ensureTopics([{ name: 'joined.v1', partitions: 1 }]);
    await producer.send(there.map(letter));
    const client = new kafkajs.Kafka({ brokers: requiredEnv('KAFKA_BROKERS').split(',') });
    const seen: string[] = [];
    const tail = createTail(
      {
        client: {
          consumer: (config) => {
            const consumer = client.consumer(config);
            const { run } = consumer;
            consumer.run = async (given) => {
              await producer.send([letter('before its join')]);
              await run(given);
            };
            return consumer;
          },
        },
        ...{ naming: createNaming(prefix), newAdmin: () => kafka.admin(), log },
      },
      {
        ...{ group: 'joining-1', topic: 'joined.v1', from: 'beginning' },
        onMessage: (message) => void seen.push(String(message.value)),
      },
    );

    await tail.start();

    expect(seen.at(-1)).toBe('before its join');
    await tail.stop();
  },
  60_000,
);
