import Decoder from 'kafkajs/src/protocol/decoder.js';
import fetchResponse from 'kafkajs/src/protocol/requests/fetch/v11/response.js';
import type {
  FetchedPartition,
  FetchReply,
} from 'kafkajs/src/protocol/requests/fetch/v11/response.js';
import { decodeBatches, isOfBatches } from './decode-records.ts';

const kafkajsOwn = fetchResponse.decode;

/**
 * kafkajs 2.2.4 makes a reader, three long integers and a growing copy of all headers for every record
 * that it fetches. Here a batch is read in one go, and headers are text at once. Of version 11 of the
 * reply, which brokers since 2.3 speak; a record set in the form from before 0.11 is left to kafkajs.
 */
export function leanFetchReplies(): void {
  fetchResponse.decode = decodeFetchReply;
}

async function decodeFetchReply(reply: Buffer): Promise<FetchReply> {
  const decoder = new Decoder(reply);
  const clientSideThrottleTime = decoder.readInt32();
  const errorCode = decoder.readInt16();
  const sessionId = decoder.readInt32();
  const responses: FetchReply['responses'][number][] = [];
  for (let topics = decoder.readInt32(); topics > 0; topics -= 1) {
    const topicName = decoder.readString();
    const partitions: FetchedPartition[] = [];
    for (let left = decoder.readInt32(); left > 0; left -= 1) {
      const head = readHead(decoder);
      const length = decoder.readInt32();
      const set = length > 0 && decoder.canReadBytes(length) ? decoder.readBytes(length) : NOTHING;
      if (!isOfBatches(set)) {
        return kafkajsOwn(reply);
      }
      partitions.push({ ...head, messages: await decodeBatches(set) });
    }
    responses.push({ topicName, partitions });
  }
  // As kafkajs has it: the broker has not throttled, it expects the client to.
  return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses };
}

const NOTHING = Buffer.alloc(0);

function readHead(decoder: Decoder): Omit<FetchedPartition, 'messages'> {
  return {
    partition: decoder.readInt32(),
    errorCode: decoder.readInt16(),
    highWatermark: decoder.readInt64().toString(),
    lastStableOffset: decoder.readInt64().toString(),
    lastStartOffset: decoder.readInt64().toString(),
    abortedTransactions: decoder.readArray((of) => ({
      producerId: of.readInt64().toString(),
      firstOffset: of.readInt64().toString(),
    })),
    preferredReadReplica: decoder.readInt32(),
  };
}
