import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import kafkajs from 'kafkajs';
import produce from 'kafkajs/src/protocol/requests/produce/index.js';
import { leanProduceRequests } from './lean-produce.ts';
import { registerZstd } from './zstd-codec.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const kafkajsOwn = produce.protocol;
registerZstd();
leanProduceRequests();

beforeEach(() => {
  jest.spyOn(Date, 'now').mockReturnValue(NOW);
});

afterEach(() => {
  jest.restoreAllMocks();
});

type Encode = (options: produce.ProduceOptions) => Promise<Buffer>;

const encodeBy =
  (protocol: typeof produce.protocol, version = 7): Encode =>
  async (options) =>
    (await protocol({ version })(options).request.encode()).buffer;

const text = fc.string({ unit: 'grapheme', maxLength: 90 });
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const message: fc.Arbitrary<produce.ProduceMessage> = fc.record(
  {
    key: fc.oneof(text, bytes, fc.constant(null)),
    value: fc.oneof(text, bytes, fc.constant(null)),
    headers: fc.dictionary(text, fc.oneof(text, bytes), { maxKeys: 8 }),
  },
  { requiredKeys: ['value'] },
);
const partition = fc.record({
  partition: fc.nat(11),
  firstSequence: fc.nat(1_000_000),
  messages: fc.array(message, { minLength: 1, maxLength: 80 }),
});
const request = fc.record({
  acks: fc.constant(-1),
  timeout: fc.nat(60_000),
  compression: fc.constantFrom(kafkajs.CompressionTypes.None, kafkajs.CompressionTypes.ZSTD),
  producerId: fc.bigInt({ min: 0n, max: 2n ** 62n }).map(String),
  producerEpoch: fc.nat(100),
  topicData: fc.array(
    fc.record({ topic: text, partitions: fc.array(partition, { minLength: 1, maxLength: 3 }) }),
    { minLength: 1, maxLength: 3 },
  ),
}) as unknown as fc.Arbitrary<produce.ProduceOptions>;

function one(...messages: produce.ProduceMessage[]): produce.ProduceOptions {
  return {
    ...{ acks: -1, timeout: 30_000, producerId: 7, producerEpoch: 1 },
    topicData: [{ topic: 't', partitions: [{ partition: 0, firstSequence: 0, messages }] }],
  };
}

describe('a request to produce', () => {
  it('has the bytes that kafkajs writes, whatever is sent', async () => {
    await fc.assert(
      fc.asyncProperty(request, async (options) => {
        const ours = await encodeBy(produce.protocol)(options);

        expect(ours.equals(await encodeBy(kafkajsOwn)(options))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it.each([0, 63, 64, 8_191, 8_192, 1_048_575, 1_048_576, 3_000_000])(
    'has them for a value of %d bytes',
    async (length) => {
      const options = one({ key: 'k', value: Buffer.alloc(length, 'x'), headers: { a: 'é' } });

      const ours = await encodeBy(produce.protocol)(options);

      expect(ours.equals(await encodeBy(kafkajsOwn)(options))).toBe(true);
    },
  );

  it('has them for a batch of thousands', async () => {
    const options = one(...Array.from({ length: 9_000 }, (_, index) => ({ value: String(index) })));

    const ours = await encodeBy(produce.protocol)(options);

    expect(ours.equals(await encodeBy(kafkajsOwn)(options))).toBe(true);
  });

  it.each<[string, produce.ProduceOptions]>([
    ['messages with a time of their own', one({ value: 'v', timestamp: String(NOW - 5) })],
    [
      'headers with several values',
      one({ value: 'v', headers: { a: ['x', 'y'] as unknown as string } }),
    ],
    ['a transaction', { ...one({ value: 'v' }), transactionalId: 'tx' }],
  ])('is left to kafkajs for %s', async (_what, options) => {
    const ours = await encodeBy(produce.protocol)(options);

    expect(ours.equals(await encodeBy(kafkajsOwn)(options))).toBe(true);
  });

  it.each([3, 5, 6, 7])('is written in one piece in version %d', (version) => {
    const build = produce.protocol({ version })(one({ value: 'v' }));

    expect(build.request.encode).not.toBe(
      kafkajsOwn({ version })(one({ value: 'v' })).request.encode,
    );
    expect(String(build.request.encode)).toContain('encodeProduce');
  });
});
