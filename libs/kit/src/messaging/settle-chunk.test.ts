import { describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import { AppError } from '../errors.ts';
import { createLogger } from '../logging.ts';
import { createMetrics } from '../metrics.ts';
import type { Chunk } from './chunker.ts';
import { createConsumerMetrics } from './consumer-metrics.ts';
import type { InMessage, OutMessage } from './messages.ts';
import type { BatchConsumerOptions, ParkedMessage } from './options.ts';
import { createPartitionQueue } from './partition-queue.ts';
import { createChunkSettler } from './settle-chunk.ts';
import type { StoredChunk } from './settle-chunk.ts';
import { createNaming } from './topics.ts';

const away = new AppError('upstream.unavailable', 'kafka');
const refusal = new AppError('internal', 'refused', { details: { reason: 'range' } });

function chunkOf(count: number): Chunk {
  const messages = Array.from({ length: count }, (_, n) => ({
    ...{ topic: 'rows.v1', partition: 0, offset: String(n), timestamp: 0 },
    ...{ key: String(n), value: Buffer.from(String(n)), headers: {} },
  }));
  return { messages, slices: [{ queue: createPartitionQueue('rows.v1', 0), last: 0n }] };
}

const isOneOf =
  (...offsets: readonly string[]) =>
  ({ offset }: InMessage): boolean =>
    offsets.includes(offset);

/** What happened, in order; the sender fails as often as it is told to. */
function createWorld(given: Partial<BatchConsumerOptions>, failures = 0) {
  const events: string[] = [];
  const logged: string[] = [];
  const stopping = new AbortController();
  let left = failures;
  const send = (letters: readonly OutMessage[]): Promise<void> => {
    left -= 1;
    events.push(`${left < 0 ? 'letters' : 'no letters'} ${letters.map(({ key }) => key).join()}`);
    return left < 0 ? Promise.resolve() : Promise.reject(away);
  };
  const options = {
    ...{ group: 'rows', topics: ['rows.v1'], maxRows: 100, maxBytes: 1_000, lingerMs: 1 },
    prepare: () => undefined,
    onChunk: () => Promise.resolve(undefined),
    onRejected: (rejected: readonly ParkedMessage[]) => {
      const told = rejected.map(({ message, reason }) => `${message.offset}:${reason}`);
      events.push(`rejected ${told.join()}`);
      return undefined;
    },
    ...given,
  };
  const settler = createChunkSettler(
    {
      // The settler reads nothing, so there is no broker.
      ...{
        intake: {
          client: new kafkajs.Kafka({ brokers: ['127.0.0.1:1'] }),
          naming: createNaming(''),
        },
      },
      sender: { send, retain: () => undefined, release: () => Promise.resolve() },
      log: createLogger({
        service: 'test',
        level: 'error',
        destination: { write: (line) => logged.push(line) },
      }),
      metrics: createConsumerMetrics(createMetrics({ service: 'test', runtime: false })),
      ensureTopics: () => Promise.resolve(),
    },
    options,
    { signal: stopping.signal, behind: () => undefined },
  );
  const store = (count: number) =>
    settler.store({
      chunk: chunkOf(count),
      prepared: Promise.resolve({ status: 'fulfilled', value: undefined }),
    });
  const finish = (stored: StoredChunk) =>
    settler.finish(stored, {
      letNext: () => {
        events.push('next');
      },
      isFollowed: () => false,
      whenBefore: Promise.resolve(true),
    });
  return { events, logged, stopping, store, finish };
}

describe('records that are rejected alone', () => {
  it('are told once, when their letters are acknowledged, with their reasons', async () => {
    const { events, store } = createWorld({
      onChunk: (messages) =>
        messages.some(isOneOf('3', '7')) ? Promise.reject(refusal) : Promise.resolve(undefined),
    });

    const stored = await store(10);

    expect(events).toEqual(['letters 3,7', 'rejected 3:range,7:range']);
    expect(stored?.accepted).toBe(8);
  });

  it('are told once though their letters are sent again and again', async () => {
    const { events, store } = createWorld(
      {
        onChunk: (messages) =>
          messages.some(isOneOf('3')) ? Promise.reject(refusal) : Promise.resolve(undefined),
      },
      2,
    );

    await store(10);

    expect(events).toEqual(['no letters 3', 'no letters 3', 'letters 3', 'rejected 3:range']);
  });

  it('are told once though the chunk is begun again behind them', async () => {
    let isAway = true;
    const { events, store } = createWorld({
      onChunk: (messages) => {
        if (messages.some(isOneOf('3'))) {
          return Promise.reject(refusal);
        }
        const isFailing = isAway && messages.some(isOneOf('9'));
        isAway &&= !isFailing;
        return isFailing ? Promise.reject(away) : Promise.resolve(undefined);
      },
    });

    await store(10);

    expect(events).toEqual(['letters 3', 'rejected 3:range']);
  });

  it('are told where all of a small chunk is rejected, after the patient rounds', async () => {
    const { events, store } = createWorld({ onChunk: () => Promise.reject(refusal) });

    await store(2);

    expect(events).toEqual(['letters 0,1', 'rejected 0:range,1:range']);
  });

  it('are told without what the handler parks by its own word', async () => {
    const { events, store } = createWorld({
      onChunk: (messages) =>
        messages.some(isOneOf('3'))
          ? Promise.reject(refusal)
          : Promise.resolve({
              parked: messages
                .filter(isOneOf('1'))
                .map((message) => ({ message, reason: 'schema' })),
            }),
    });

    const stored = await store(10);

    expect(events).toEqual(['letters 1,3', 'rejected 3:range']);
    expect(stored?.accepted).toBe(8);
  });

  it('are none where all is accepted, or parked by the handler alone', async () => {
    const { events, store } = createWorld({
      onChunk: (messages) =>
        Promise.resolve({
          parked: messages.filter(isOneOf('1')).map((message) => ({ message, reason: 'schema' })),
        }),
    });

    await store(10);

    expect(events).toEqual(['letters 1']);
  });

  it('are not told while their letters are not sent and the consumer stops', async () => {
    const { events, store, stopping } = createWorld(
      {
        onChunk: (messages) => {
          stopping.abort();
          return messages.some(isOneOf('3')) ? Promise.reject(refusal) : Promise.resolve(undefined);
        },
      },
      1,
    );

    expect(await store(10)).toBeUndefined();
    expect(events).toEqual(['no letters 3']);
  });

  it('stay parked, once, when the call throws', async () => {
    const { events, logged, store } = createWorld({
      onChunk: (messages) =>
        messages.some(isOneOf('3')) ? Promise.reject(refusal) : Promise.resolve(undefined),
      onRejected: () => {
        throw new TypeError('x is undefined');
      },
    });

    const stored = await store(10);

    expect(stored?.accepted).toBe(9);
    expect(events).toEqual(['letters 3']);
    expect(logged.join('')).toContain('not counted');
  });
});

describe('what is left to do of rejected records', () => {
  it('is done before what is left of the others, again until it succeeds', async () => {
    const steps: string[] = [];
    let failures = 1;
    const { store, finish } = createWorld({
      onChunk: (messages) =>
        messages.some(isOneOf('3'))
          ? Promise.reject(refusal)
          : Promise.resolve({
              finish: () => {
                steps.push('others');
                return Promise.resolve();
              },
            }),
      onRejected: (rejected) => () => {
        failures -= 1;
        steps.push(`rejected ${rejected.map(({ message }) => message.offset).join()}`);
        return failures < 0 ? Promise.resolve() : Promise.reject(away);
      },
    });

    const stored = await store(4);
    expect(steps).toEqual([]);
    if (stored === undefined) {
      throw new Error('the chunk was given up');
    }
    await finish(stored);

    expect(steps.slice(0, 2)).toEqual(['rejected 3', 'rejected 3']);
    expect(new Set(steps.slice(2))).toEqual(new Set(['others']));
  });
});

describe('what is left of the parts of a halved chunk', () => {
  it('is done in their order, whatever fails on the way; the next chunk does not wait for it', async () => {
    const steps: string[] = [];
    let failures = 1;
    const { events, store, finish } = createWorld({
      onChunk: (messages) =>
        messages.some(isOneOf('3'))
          ? Promise.reject(refusal)
          : Promise.resolve({
              finish: () => {
                steps.push(messages.map(({ offset }) => offset).join());
                failures -= 1;
                return failures === 0 ? Promise.reject(away) : Promise.resolve();
              },
            }),
    });
    const stored = await store(8);
    if (stored === undefined) {
      throw new Error('the chunk was given up');
    }

    const finished = finish(stored);
    const next = events.at(-1);

    expect(await finished).toBe(true);
    expect(next).toBe('next');
    const parts = steps.map((offsets) => Number(offsets.split(',')[0]));
    expect(parts).toEqual(parts.toSorted((left, right) => left - right));
    expect(parts).toHaveLength(stored.finishes.length + 1);
    expect(parts[1]).toBe(parts[0]);
  });
});
