import { afterEach, describe, expect, it } from '@jest/globals';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import { until } from '../testing/until.ts';
import { calmRequestQueues } from './calm-queues.ts';

calmRequestQueues();

const queues: RequestQueue[] = [];

function createQueue() {
  const queue = new RequestQueue({
    maxInFlightRequests: 1,
    requestTimeout: 1_000,
    enforceRequestTimeout: false,
    clientId: 'test',
    broker: 'nowhere:1',
    logger: { debug: () => undefined, warn: () => undefined },
    isConnected: () => true,
  });
  queues.push(queue);
  const sent: number[] = [];
  const push = (correlationId: number): void => {
    const sendRequest = (): void => {
      sent.push(correlationId);
    };
    const entry = { correlationId, resolve: () => undefined };
    queue.push({ entry, expectResponse: true, sendRequest });
  };
  const fulfill = (correlationId: number): void => {
    queue.fulfillRequest({ correlationId, payload: Buffer.alloc(0), size: 0 });
  };
  return { queue, sent, push, fulfill };
}

afterEach(() => {
  for (const queue of queues.splice(0)) {
    queue.destroy();
  }
});

describe('the requests of a connection', () => {
  it('are not looked for when none waits', () => {
    const { queue, sent, push, fulfill } = createQueue();

    push(1);
    fulfill(1);

    expect(sent).toEqual([1]);
    expect(queue.throttleCheckTimeoutId).toBeNull();
  });

  it('that wait are sent when there is room', () => {
    const { sent, push, fulfill } = createQueue();

    push(1);
    push(2);
    const before = [...sent];
    fulfill(1);

    expect(before).toEqual([1]);
    expect(sent).toEqual([1, 2]);
  });

  it('that wait because the broker is slowed down are sent when it is over', async () => {
    const { queue, sent, push } = createQueue();

    queue.maybeThrottle(60);
    push(1);
    const before = [...sent];
    await until('it is sent', () => sent.length === 1);

    expect(before).toEqual([]);
    expect(queue.throttleCheckTimeoutId).toBeNull();
  });
});
