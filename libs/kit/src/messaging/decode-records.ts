import compression from 'kafkajs/src/protocol/message/compression/index.js';
import type { FetchedMessage } from 'kafkajs/src/protocol/requests/fetch/v11/response.js';

/** Bytes of a batch's head, from its first offset to the count of its records; KIP-98. */
const AT = {
  length: 8,
  magic: 16,
  attributes: 21,
  lastOffsetDelta: 23,
  firstTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  firstSequence: 53,
  count: 57,
  records: 61,
} as const;
/** What comes before the bytes that `length` counts. */
const LENGTH_ENDS = 12;
const LOG_APPEND_TIME = 0x08;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
const BATCHES_WITH_HEADERS = 2;

/** Whether the record set is of the form that brokers have stored since 0.11; an empty one is. */
export const isOfBatches = (set: Buffer): boolean =>
  set.length <= AT.magic || set.readInt8(AT.magic) === BATCHES_WITH_HEADERS;

/**
 * Every record of whole batches; a last one that the broker cut short is fetched again later. All are
 * unpacked beside each other: one after another each would wait for its turn among all that runs here.
 */
export async function decodeBatches(set: Buffer): Promise<FetchedMessage[]> {
  const unpacked: Promise<Unpacked>[] = [];
  for (let start = 0; start + AT.records <= set.length;) {
    const end = start + LENGTH_ENDS + set.readInt32BE(start + AT.length);
    if (end > set.length) {
      break;
    }
    unpacked.push(unpack(set.subarray(start, end)));
    start = end;
  }
  const messages: FetchedMessage[] = [];
  for (const { batch, records } of await Promise.all(unpacked)) {
    decodeBatch(batch, records, messages);
  }
  return messages;
}

interface Unpacked {
  readonly batch: Buffer;
  readonly records: Buffer;
}

async function unpack(batch: Buffer): Promise<Unpacked> {
  const codec = compression.lookupCodecByAttributes(batch.readInt16BE(AT.attributes));
  const packed = batch.subarray(AT.records);
  return { batch, records: codec === null ? packed : await codec.decompress(packed) };
}

function decodeBatch(batch: Buffer, records: Buffer, messages: FetchedMessage[]): void {
  const attributes = batch.readInt16BE(AT.attributes);
  const count = batch.readInt32BE(AT.count);
  const firstOffset = batch.readBigInt64BE(0);
  const firstTimestamp = batch.readBigInt64BE(AT.firstTimestamp);
  const maxTimestamp = batch.readBigInt64BE(AT.maxTimestamp).toString();
  const context = {
    firstOffset: firstOffset.toString(),
    firstTimestamp: firstTimestamp.toString(),
    partitionLeaderEpoch: batch.readInt32BE(LENGTH_ENDS),
    inTransaction: (attributes & TRANSACTIONAL) > 0,
    isControlBatch: (attributes & CONTROL) > 0,
    lastOffsetDelta: batch.readInt32BE(AT.lastOffsetDelta),
    producerId: batch.readBigInt64BE(AT.producerId).toString(),
    producerEpoch: batch.readInt16BE(AT.producerEpoch),
    firstSequence: batch.readInt32BE(AT.firstSequence),
    maxTimestamp,
    timestampType: (attributes & LOG_APPEND_TIME) > 0 ? 1 : 0,
    magicByte: BATCHES_WITH_HEADERS,
  };
  const reader = new RecordReader(records);
  const stamped = context.timestampType === 1 ? maxTimestamp : undefined;
  for (let index = 0; index < count; index += 1) {
    const end = reader.varint() + reader.at;
    if (end > records.length) {
      throw new RangeError('a record ends behind its batch');
    }
    const recordAttributes = reader.byte();
    const timestampDelta = reader.varint();
    const offsetDelta = reader.varint();
    messages.push({
      magicByte: BATCHES_WITH_HEADERS,
      attributes: recordAttributes,
      timestamp: stamped ?? (firstTimestamp + BigInt(timestampDelta)).toString(),
      offset: (firstOffset + BigInt(offsetDelta)).toString(),
      key: reader.bytes(),
      value: reader.bytes(),
      headers: reader.headers(),
      isControlRecord: context.isControlBatch,
      batchContext: context,
    });
    reader.at = end;
  }
}

class RecordReader {
  at = 0;
  readonly #of: Buffer;

  constructor(of: Buffer) {
    this.#of = of;
  }

  byte(): number {
    const value = this.#of.readInt8(this.at);
    this.at += 1;
    return value;
  }

  /** Zigzag, least significant seven bits first; exact up to 2^53. */
  varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const part = this.#of[this.at];
      if (part === undefined) {
        throw new RangeError('a record ends before its batch says so');
      }
      this.at += 1;
      value += (part & 0x7f) * scale;
      if (part < 0x80) {
        return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      }
      scale *= 0x80;
    }
  }

  bytes(): Buffer | null {
    const length = this.varint();
    if (length < 0) {
      return null;
    }
    const from = this.at;
    this.at += length;
    return this.#of.subarray(from, this.at);
  }

  #text(): string {
    const length = this.varint();
    const from = this.at;
    this.at += Math.max(0, length);
    return this.#of.toString('utf8', from, this.at);
  }

  /** The last of a name counts, and none without a value: whoever reads wants one text per name. */
  headers(): Record<string, string> {
    const headers: Record<string, string> = {};
    for (let left = this.varint(); left > 0; left -= 1) {
      const name = this.#text();
      const isThere = this.#of[this.at] !== NO_VALUE;
      const value = this.#text();
      if (isThere) {
        headers[name] = value;
      }
    }
    return headers;
  }
}

/** A length of -1 as zigzag. */
const NO_VALUE = 1;
