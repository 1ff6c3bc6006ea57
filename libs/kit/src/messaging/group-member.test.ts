import { describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import type { Consumer, Kafka } from 'kafkajs';
import { createLogger } from '../logging.ts';
import { until } from '../testing/until.ts';
import { createFakeCluster } from './fake-cluster.test-support.ts';
import { createGroupMember } from './group-member.ts';

/** kafkajs's own consumer, except that it never reaches a broker: it is known and does not run. */
function createIdleClient(subscribed = Promise.resolve()) {
  const { resolve, promise: ran } = Promise.withResolvers<undefined>();
  const steps: string[] = [];
  const built = new kafkajs.Kafka({ brokers: ['127.0.0.1:9'] }).consumer({ groupId: 'g' });
  const consumer: Consumer = {
    ...built,
    connect: () => Promise.resolve(),
    subscribe: () => {
      steps.push('subscribe');
      return subscribed;
    },
    disconnect: () => {
      steps.push('disconnect');
      return built.disconnect();
    },
    run: () => {
      steps.push('run');
      resolve(undefined);
      return Promise.resolve();
    },
  };
  return { client: { consumer: () => consumer } as unknown as Kafka, ran, steps };
}

function createMember(client: Kafka) {
  return createGroupMember({
    client,
    groupId: 'g',
    topics: ['t'],
    fromBeginning: true,
    log: createLogger({ service: 'kit', level: 'silent' }),
    onJoin: () => undefined,
    onBatch: () => Promise.resolve(),
  });
}

describe('createGroupMember', () => {
  it('takes a pause and a resume before it runs and after it has ended', async () => {
    const { client, ran } = createIdleClient();
    const member = createMember(client);
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

  it('disconnects instead of joining when it is stopped while it starts', async () => {
    const subscribed = Promise.withResolvers<undefined>();
    const { client, steps } = createIdleClient(subscribed.promise.then(() => undefined));
    const member = createMember(client);
    void member.start();
    await until('it subscribes', () => steps.length === 1);

    await member.stop();
    subscribed.resolve(undefined);
    await until('it has taken another step', () => steps.length > 1);

    expect(steps).toEqual(['subscribe', 'disconnect']);
  });

  it('leaves the group that it was joining when it was stopped', async () => {
    const joined = Promise.withResolvers<undefined>();
    const joining = joined.promise.then(() => undefined);
    const { client, counts } = createFakeCluster('t', [() => Promise.resolve([])], joining);
    const member = createMember(client);
    void member.start();
    await until('it joins', () => counts.joins === 1);

    const stopped = member.stop();
    joined.resolve(undefined);
    await stopped;

    expect(counts).toEqual({ joins: 1, leaves: 1 });
  });
});
