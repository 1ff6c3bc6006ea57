import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import kafkajs from 'kafkajs';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import fetchResponse from 'kafkajs/src/protocol/requests/fetch/v11/response.js';
import produce from 'kafkajs/src/protocol/requests/produce/index.js';
import { decodeMessage } from './decode.ts';
import { leanFetchReplies } from './lean-fetch.ts';
import { registerZstd } from './zstd-codec.ts';

const kafkajsOwn = fetchResponse.decode;
registerZstd();
leanFetchReplies();

const text = fc.string({ unit: 'grapheme', maxLength: 60 });
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const header = fc.oneof(text, bytes, fc.array(text, { minLength: 2, maxLength: 3 }));
const message = fc.record({
  key: fc.oneof(text, bytes, fc.constant(null)),
  value: fc.oneof(text, bytes, fc.constant(null)),
  headers: fc.dictionary(text, header, { maxKeys: 8 }),
  timestamp: fc.nat({ max: 4_000_000_000_000 }).map(String),
});
const batch = fc.record({
  messages: fc.array(message, { minLength: 1, maxLength: 60 }),
  compression: fc.constantFrom(
    kafkajs.CompressionTypes.None,
    kafkajs.CompressionTypes.GZIP,
    kafkajs.CompressionTypes.ZSTD,
  ),
  firstOffset: fc.bigInt({ min: 0n, max: 2n ** 60n }),
  /** As the broker notes what it stamped itself, a transaction, or a batch that only controls. */
  flags: fc.constantFrom(0, 0x08, 0x10, 0x20),
  maxTimestamp: fc.bigInt({ min: 0n, max: 2n ** 45n }),
});
type Batch = typeof batch extends fc.Arbitrary<infer T> ? T : never;
const partition = fc.record({
  partition: fc.nat(11),
  errorCode: fc.constantFrom(0, 0, 3, 6),
  highWatermark: fc.bigInt({ min: 0n, max: 2n ** 60n }),
  aborted: fc.array(fc.bigInt({ min: 0n, max: 2n ** 60n }), { maxLength: 2 }),
  batches: fc.array(batch, { maxLength: 4 }),
  /** How much of the end the broker left out. */
  cut: fc.oneof(fc.constantFrom(0, 0, 1, 30, 70), fc.nat(400)),
});
type Partition = typeof partition extends fc.Arbitrary<infer T> ? T : never;
const reply = fc.array(
  fc.record({ topic: text, partitions: fc.array(partition, { maxLength: 3 }) }),
  { maxLength: 3 },
);

/** What a broker would have stored: a batch as kafkajs sends it, with the broker's own marks in it. */
async function stored({ messages, compression, firstOffset, flags, maxTimestamp }: Batch) {
  const { buffer } = await produce
    .protocol({ version: 7 })({
      ...{ acks: -1, timeout: 1, compression, producerId: 7, producerEpoch: 1 },
      topicData: [
        {
          topic: 't',
          partitions: [{ partition: 0, firstSequence: 0, messages: messages as never }],
        },
      ],
    })
    .request.encode();
  // The request's head: no transaction, acks, timeout, one topic by its name, one partition, a length.
  const batchBytes = Buffer.from(buffer.subarray(2 + 2 + 4 + 4 + 3 + 4 + 4 + 4));
  batchBytes.writeBigInt64BE(firstOffset, 0);
  batchBytes.writeInt16BE(batchBytes.readInt16BE(21) | flags, 21);
  batchBytes.writeBigInt64BE(maxTimestamp, 35);
  return batchBytes;
}

/** kafkajs reads the 17th byte, the form's version, without a look at whether it is there. */
const KAFKAJS_NEEDS = 17;

async function partitionBytes(of: Partition, shortest: number): Promise<Encoder> {
  const whole = Buffer.concat(await Promise.all(of.batches.map(stored)));
  const rest = whole.subarray(0, Math.max(0, whole.length - of.cut));
  const set = rest.length < shortest ? Buffer.alloc(0) : rest;
  return new Encoder()
    .writeInt32(of.partition)
    .writeInt16(of.errorCode)
    .writeInt64(of.highWatermark)
    .writeInt64(of.highWatermark)
    .writeInt64(0)
    .writeArray(of.aborted.map((at) => new Encoder().writeInt64(at).writeInt64(at)))
    .writeInt32(-1)
    .writeInt32(set.length)
    .writeBuffer(set);
}

/** Record sets of fewer bytes than `shortest` are left out. */
async function replyBytes(
  topics: readonly { readonly topic: string; readonly partitions: readonly Partition[] }[],
  shortest = 0,
): Promise<Buffer> {
  const encoded: Encoder[] = [];
  for (const { topic, partitions } of topics) {
    const parts = await Promise.all(partitions.map((of) => partitionBytes(of, shortest)));
    encoded.push(new Encoder().writeString(topic).writeArray(parts));
  }
  return new Encoder().writeInt32(5).writeInt16(0).writeInt32(0).writeArray(encoded).buffer;
}

/** With headers as they reach a consumer of ours: the last text of each name. */
async function seenBy(decode: typeof kafkajsOwn, bytesOf: Buffer) {
  const { responses, ...head } = await decode(bytesOf);
  return {
    head,
    responses: responses.map(({ topicName, partitions }) => ({
      topicName,
      partitions: partitions.map(({ messages, ...rest }) => ({
        ...rest,
        messages: messages.map((item) => ({
          ...item,
          headers: decodeMessage('t', 0, item as never).headers,
        })),
      })),
    })),
  };
}

describe('a reply to a fetch', () => {
  it('says what kafkajs reads in it, whatever was sent', async () => {
    await fc.assert(
      fc.asyncProperty(reply, async (topics) => {
        const raw = await replyBytes(topics);
        const readable = await replyBytes(topics, KAFKAJS_NEEDS);

        expect(await seenBy(fetchResponse.decode, raw)).toEqual(await seenBy(kafkajsOwn, readable));
      }),
      { numRuns: 150 },
    );
  });

  it.each([0, 63, 64, 8_191, 8_192, 1_048_576, 3_000_000])(
    'holds a value of %d bytes, packed or not',
    async (length) => {
      for (const compression of [
        kafkajs.CompressionTypes.None,
        kafkajs.CompressionTypes.ZSTD,
      ] as const) {
        const value = Buffer.alloc(length, 'x');
        const raw = await replyBytes([
          { topic: 't', partitions: [aPartition({ compression, messages: [aMessage(value)] })] },
        ]);

        const { responses } = await fetchResponse.decode(raw);

        expect(responses[0]?.partitions[0]?.messages[0]?.value?.equals(value)).toBe(true);
      }
    },
  );

  it.each([1, 12, 16, 17, 60])(
    'has no record in the first %d bytes of a batch, and all of those behind them',
    async (left) => {
      const whole = aPartition({ messages: [aMessage(Buffer.from('v'))] });
      const length = (await stored(whole.batches[0]!)).length;
      const raw = await replyBytes([
        { topic: 't', partitions: [{ ...whole, cut: length - left }, whole] },
      ]);

      const { responses } = await fetchResponse.decode(raw);

      expect(responses[0]?.partitions.map(({ messages }) => messages.length)).toEqual([0, 1]);
    },
  );

  it('drops a header that has no value', async () => {
    const messages = [{ ...aMessage(Buffer.from('v')), headers: { there: 'x', none: '' } }];
    const raw = await replyBytes([{ topic: 't', partitions: [aPartition({ messages })] }]);
    // The length of the last value, from 0 to -1, as other clients write what is not there.
    raw.writeUInt8(1, raw.length - 1);

    const { responses } = await seenBy(fetchResponse.decode, raw);

    expect(responses[0]?.partitions[0]?.messages[0]?.headers).toEqual({ there: 'x' });
  });

  it('is left to kafkajs where records are of the form from before headers', async () => {
    const old = Buffer.alloc(40);
    old.writeInt32BE(28, 8);
    old.writeInt8(1, 16);
    const raw = new Encoder()
      .writeInt32(0)
      .writeInt16(0)
      .writeInt32(0)
      .writeArray([
        new Encoder()
          .writeString('t')
          .writeArray([
            new Encoder()
              .writeInt32(0)
              .writeInt16(0)
              .writeInt64(9)
              .writeInt64(9)
              .writeInt64(0)
              .writeArray([])
              .writeInt32(-1)
              .writeInt32(old.length)
              .writeBuffer(old),
          ]),
      ]).buffer;

    expect(await fetchResponse.decode(raw)).toEqual(await kafkajsOwn(raw));
  });

  it('fails where a record ends before its batch says so', async () => {
    const raw = await replyBytes([
      { topic: 't', partitions: [aPartition({ messages: [aMessage(Buffer.from('v'))] })] },
    ]);
    const count = raw.length - BYTES_OF_THE_RECORD - 4;
    expect(raw.readInt32BE(count)).toBe(1);
    raw.writeInt32BE(2, count);

    await expect(fetchResponse.decode(raw)).rejects.toThrow('a record ends before');
  });

  it('fails where a record is longer than its batch, instead of cutting its value', async () => {
    const raw = await replyBytes([
      { topic: 't', partitions: [aPartition({ messages: [aMessage(Buffer.from('v'))] })] },
    ]);
    const length = raw.length - BYTES_OF_THE_RECORD;
    expect(raw.readUInt8(length)).toBe(2 * (BYTES_OF_THE_RECORD - 1));
    raw.writeUInt8(2 * BYTES_OF_THE_RECORD, length);

    await expect(fetchResponse.decode(raw)).rejects.toThrow('a record ends behind its batch');
  });
});

/** Length, attributes, two deltas, key of one byte, value of one byte, no header. */
const BYTES_OF_THE_RECORD = 1 + 1 + 1 + 1 + 2 + 2 + 1;

const aMessage = (value: Buffer<ArrayBuffer>) => ({ key: 'k', value, headers: {}, timestamp: '1' });

function aPartition(of: Partial<Batch>): Partition {
  const one: Batch = {
    ...{
      messages: [],
      compression: kafkajs.CompressionTypes.None,
      firstOffset: 3n,
      flags: 0,
      maxTimestamp: 1n,
    },
    ...of,
  };
  return {
    ...{ partition: 0, errorCode: 0, highWatermark: 9n, aborted: [], batches: [one], cut: 0 },
  };
}
