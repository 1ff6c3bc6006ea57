import crc32C from 'kafkajs/src/protocol/recordBatch/crc32C/index.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import compression from 'kafkajs/src/protocol/message/compression/index.js';
import produce from 'kafkajs/src/protocol/requests/produce/index.js';
import { encodeRecords } from './encode-records.ts';

/** Versions of the request whose batches hold records with headers; all are written alike. */
const FIRST_VERSION = 3;
/** Time of creation is the producer's own; KIP-32. */
const CREATE_TIME = 0;
const MAGIC = 2;
/** Of a batch: leader's epoch, magic, checksum and what the checksum does not cover. */
const ROOM = 64;

let isLean = false;

/**
 * kafkajs 2.2.4 writes each record and each of its headers into a buffer of its own and each varint
 * through a list: two thirds of what a send costs. Here the records of a batch are measured, then
 * written once. The bytes are the same.
 */
export function leanProduceRequests(): void {
  if (isLean) {
    return;
  }
  isLean = true;
  const { protocol } = produce;
  produce.protocol = ({ version }) => {
    const build = protocol({ version });
    return (options) => {
      const built = build(options);
      return version < FIRST_VERSION || !isPlain(options)
        ? built
        : { ...built, request: { ...built.request, encode: () => encodeProduce(options) } };
    };
  };
}

/** What nobody here sends, kafkajs writes itself: transactions, times of their own, lists of headers. */
function isPlain({ transactionalId, topicData }: produce.ProduceOptions): boolean {
  const isOurs = ({ timestamp, headers = {} }: produce.ProduceMessage): boolean =>
    timestamp === undefined &&
    Object.values(headers).every((value) => typeof value === 'string' || Buffer.isBuffer(value));
  return (
    transactionalId == null &&
    topicData.every(({ partitions }) => partitions.every(({ messages }) => messages.every(isOurs)))
  );
}

async function encodeProduce(options: produce.ProduceOptions): Promise<Encoder> {
  const topics: Encoder[] = [];
  for (const { topic, partitions } of options.topicData) {
    const encoded: Encoder[] = [];
    for (const part of partitions) {
      encoded.push(await encodePartition(options, part));
    }
    topics.push(new Encoder(ROOM).writeString(topic).writeArray(encoded));
  }
  return new Encoder(ROOM)
    .writeString(null)
    .writeInt16(options.acks)
    .writeInt32(options.timeout)
    .writeArray(topics);
}

type Part = produce.ProduceOptions['topicData'][number]['partitions'][number];

/** A record batch, version 2. */
async function encodePartition(
  { compression: codec = 0, producerId, producerEpoch }: produce.ProduceOptions,
  { partition, firstSequence, messages }: Part,
): Promise<Encoder> {
  const now = Date.now();
  const records = await compressed(codec, encodeRecords(messages));
  const body = new Encoder(records.length + ROOM)
    .writeInt16(codec | CREATE_TIME)
    .writeInt32(messages.length - 1)
    .writeInt64(now)
    .writeInt64(now)
    .writeInt64(producerId ?? -1)
    .writeInt16(producerEpoch ?? 0)
    .writeInt32(firstSequence ?? 0)
    .writeInt32(messages.length)
    .writeBuffer(records);
  // Without the batch's first offset and its own length.
  const length = body.size() + 9;
  return new Encoder(length + ROOM)
    .writeInt32(partition)
    .writeInt32(length + 12)
    .writeInt64(0)
    .writeInt32(length)
    .writeInt32(0)
    .writeInt8(MAGIC)
    .writeUInt32(crc32C(body.buffer))
    .writeEncoder(body);
}

async function compressed(codec: number, records: Buffer): Promise<Buffer> {
  return codec === 0 ? records : compression.lookupCodec(codec).compress({ buffer: records });
}
