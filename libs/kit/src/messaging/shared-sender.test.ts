import { describe, expect, it } from '@jest/globals';
import { AppError } from '../errors.ts';
import type { Producer } from './options.ts';
import { createSharedSender } from './shared-sender.ts';

/** A producer that starts when the test says so, or when it is stopped. */
function createFakeProducer() {
  const { promise: started, resolve: start } = Promise.withResolvers<undefined>();
  const calls: string[] = [];
  let isStopped = false;
  const producer: Producer = {
    name: 'fake',
    start: async () => {
      calls.push('start');
      await started;
    },
    stop: () => {
      calls.push('stop');
      isStopped = true;
      start(undefined);
      return Promise.resolve();
    },
    send: () => {
      calls.push('send');
      const refusal = new AppError('upstream.unavailable', 'not started');
      return isStopped ? Promise.reject(refusal) : Promise.resolve();
    },
  };
  return { producer, calls, start };
}

const aMessage = { topic: 't', value: Buffer.from('x') };

describe('createSharedSender', () => {
  it('stops a producer that never connected when its last user lets go', async () => {
    const { producer, calls } = createFakeProducer();
    const sender = createSharedSender(() => producer);
    sender.retain();
    const sending = sender.send([aMessage]).catch((error: unknown) => error);

    await sender.release();

    expect(await sending).toMatchObject({ code: 'upstream.unavailable' });
    expect(calls).toEqual(['start', 'stop', 'send']);
  });

  it('starts one producer on demand and stops it with its last user', async () => {
    const { producer, calls, start } = createFakeProducer();
    const sender = createSharedSender(() => producer);
    sender.retain();
    sender.retain();
    start(undefined);

    const atFirst = [...calls];
    await Promise.all([sender.send([aMessage]), sender.send([aMessage])]);
    await sender.release();
    const withOneLeft = [...calls];
    await sender.release();

    expect(atFirst).toEqual([]);
    expect(withOneLeft).toEqual(['start', 'send', 'send']);
    expect(calls).toEqual(['start', 'send', 'send', 'stop']);
  });

  it('has nothing to stop where nothing was sent', async () => {
    const { producer, calls } = createFakeProducer();
    const sender = createSharedSender(() => producer);
    sender.retain();

    await sender.release();

    expect(calls).toEqual([]);
  });
});
