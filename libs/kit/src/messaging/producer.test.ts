import { describe, expect, it } from '@jest/globals';
import type { Kafka, ProducerBatch } from 'kafkajs';
import { createLogger } from '../logging.ts';
import { until } from '../testing/until.ts';
import type { OutMessage } from './messages.ts';
import { createProducer } from './producer.ts';
import { createNaming } from './topics.ts';

/** A broker that does with each request what the test says; what it has taken, by id and in order. */
function createFakeBroker(answer: (request: number) => Promise<void>) {
  const taken: string[] = [];
  const counts = { requests: 0, connects: 0, disconnects: 0 };
  const away = { until: Promise.resolve() };
  const sent = {
    connect: () => {
      counts.connects += 1;
      return away.until;
    },
    disconnect: () => {
      counts.disconnects += 1;
      return Promise.resolve();
    },
    sendBatch: async ({ topicMessages = [] }: ProducerBatch) => {
      counts.requests += 1;
      await answer(counts.requests);
      taken.push(...topicMessages.flatMap((t) => t.messages.map((m) => String(m.headers?.['id']))));
    },
  };
  const client = { producer: () => sent } as unknown as Kafka;
  return { client, taken, counts, away };
}

function createTestProducer(client: Kafka, timeoutMs?: number) {
  return createProducer({
    client,
    naming: createNaming(''),
    log: createLogger({ service: 'kit', level: 'silent' }),
    compression: 'none',
    onSent: () => undefined,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
}

function aMessage(id: string, bytes = 10): OutMessage {
  return { topic: 't', key: 'k', value: Buffer.alloc(bytes), headers: { id } };
}

const refuseFirst = (request: number): Promise<void> =>
  request === 1 ? Promise.reject(new Error('not enough replicas')) : Promise.resolve();

describe('createProducer', () => {
  it('takes back what follows a part that failed: no marker goes before its facts', async () => {
    const broker = createFakeBroker(refuseFirst);
    const producer = createTestProducer(broker.client);
    await producer.start();
    const facts = Array.from({ length: 8 }, (_, n) => aMessage(`fact ${String(n)}`, 200_000));

    const failed = producer.send([...facts, aMessage('marker')]);
    const other = producer.send([aMessage('of another call')]);

    await expect(failed).rejects.toMatchObject({ code: 'upstream.unavailable' });
    await other;
    expect(broker.taken).toEqual(['of another call']);
    await producer.stop();
  });

  it('sends nothing later that timed out while it was in line', async () => {
    const broker = createFakeBroker(refuseFirst);
    const producer = createTestProducer(broker.client, 100);
    await producer.start();
    const back = Promise.withResolvers<undefined>();
    broker.away.until = back.promise.then(() => undefined);

    const inFlight = producer.send([aMessage('in flight')]);
    const waiting = until('it connects anew', () => broker.counts.connects === 2).then(() =>
      producer.send([aMessage('in line')]),
    );
    await expect(inFlight).rejects.toMatchObject({ code: 'upstream.unavailable' });
    await expect(waiting).rejects.toMatchObject({ code: 'upstream.unavailable' });
    back.resolve(undefined);
    await producer.send([aMessage('after the outage')]);

    expect(broker.taken).toEqual(['after the outage']);
    expect(broker.counts.requests).toBe(2);
    await producer.stop();
  });

  it('leaves no connection behind that comes after its stop', async () => {
    const broker = createFakeBroker(() => Promise.resolve());
    const connected = Promise.withResolvers<undefined>();
    broker.away.until = connected.promise.then(() => undefined);
    const producer = createTestProducer(broker.client);
    const starting = producer.start();

    await producer.stop();
    connected.resolve(undefined);
    await starting;

    expect(broker.counts).toMatchObject({ connects: 1, disconnects: 1 });
  });

  it('connects no more once it is stopped', async () => {
    const broker = createFakeBroker(() => Promise.resolve());
    const producer = createTestProducer(broker.client);
    await producer.start();
    await producer.stop();

    await expect(producer.send([aMessage('late')])).rejects.toMatchObject({
      code: 'upstream.unavailable',
    });
    expect(broker.counts).toMatchObject({ connects: 1, disconnects: 1, requests: 0 });
  });
});
