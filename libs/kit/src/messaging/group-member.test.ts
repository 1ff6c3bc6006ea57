import { describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import type { Consumer, Kafka } from 'kafkajs';
import { createLogger } from '../logging.ts';
import { createGroupMember } from './group-member.ts';

/** kafkajs's own consumer, except that it never reaches a broker: it is known and does not run. */
function createIdleClient() {
  const { resolve, promise: ran } = Promise.withResolvers<undefined>();
  const built = new kafkajs.Kafka({ brokers: ['127.0.0.1:9'] }).consumer({ groupId: 'g' });
  const consumer: Consumer = {
    ...built,
    connect: () => Promise.resolve(),
    subscribe: () => Promise.resolve(),
    run: () => {
      resolve(undefined);
      return new Promise<void>(() => undefined);
    },
  };
  return { client: { consumer: () => consumer } as unknown as Kafka, ran };
}

describe('createGroupMember', () => {
  it('takes a pause and a resume before it runs and after it has ended', async () => {
    const { client, ran } = createIdleClient();
    const member = createGroupMember({
      client,
      groupId: 'g',
      topics: ['t'],
      fromBeginning: true,
      log: createLogger({ service: 'kit', level: 'silent' }),
      onJoin: () => undefined,
      onBatch: () => Promise.resolve(),
    });
    const both = (): void => {
      member.pause('t', 0);
      member.resume('t', 0);
    };

    expect(both).not.toThrow();
    void member.start();
    await ran;

    expect(both).not.toThrow();
    await member.stop();
    expect(both).not.toThrow();
  });
});
