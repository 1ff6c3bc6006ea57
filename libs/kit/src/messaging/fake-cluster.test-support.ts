import { setImmediate as nextTurn } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import type { ConsumerConfig, Kafka } from 'kafkajs';
import createConsumer from 'kafkajs/src/consumer/index.js';
import type {
  FetchedMessage,
  FetchReply,
} from 'kafkajs/src/protocol/requests/fetch/v11/response.js';

/** Answers a broker's fetch of one partition, from this offset on. */
export type Answer = (from: number) => Promise<readonly FetchedMessage[]>;

interface Partitions<T> {
  readonly topic: string;
  readonly partitions: readonly (T & { readonly partition: number })[];
}

const quiet = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  namespace: (): object => quiet,
};

export function recordAt(offset: number): FetchedMessage {
  const value = Buffer.from(String(offset));
  const plain = { magicByte: 2, attributes: 0, isControlRecord: false, batchContext: {} };
  return { ...plain, offset: String(offset), timestamp: '0', key: null, value, headers: {} };
}

/**
 * kafkajs's own consumer over a cluster that only exists here: partition n of the one topic is led by
 * broker n, and answered by `answers[n]`. What an engine with one broker cannot provoke.
 */
export function createFakeCluster(
  topic: string,
  answers: readonly Answer[],
  joined = Promise.resolve(),
) {
  let generationId = 0;
  const counts = { joins: 0, leaves: 0 };
  const partitions = answers.map((_answer, partition) => partition);
  const committed = new Map<number, string>();
  const coordinator = {
    isConnected: () => true,
    joinGroup: async () => {
      counts.joins += 1;
      await joined;
      generationId += 1;
      const members = [{ memberId: 'm', memberMetadata: Buffer.alloc(0) }];
      const groupProtocol = 'RoundRobinAssigner';
      return { generationId, leaderId: 'm', memberId: 'm', members, groupProtocol };
    },
    syncGroup: () => {
      const assignment = { [topic]: partitions };
      const encoded = { version: 0, assignment, userData: Buffer.alloc(0) };
      const memberAssignment = kafkajs.AssignerProtocol.MemberAssignment.encode(encoded);
      return Promise.resolve({ memberAssignment });
    },
    heartbeat: () => Promise.resolve(),
    leaveGroup: () => {
      counts.leaves += 1;
      return Promise.resolve();
    },
    offsetFetch: ({ topics }: { readonly topics: readonly Partitions<object>[] }) => {
      const responses = topics.map((asked) => ({
        ...asked,
        partitions: asked.partitions.map(({ partition }) => ({
          partition,
          offset: committed.get(partition) ?? '0',
        })),
      }));
      return Promise.resolve({ responses });
    },
    offsetCommit: ({ topics }: { readonly topics: readonly Partitions<{ offset: string }>[] }) => {
      for (const { partition, offset } of topics.flatMap((each) => each.partitions)) {
        committed.set(partition, offset);
      }
      return Promise.resolve();
    },
  };

  const fetchFrom = async (
    nodeId: number,
    topics: readonly Partitions<{ fetchOffset: string }>[],
  ): Promise<Pick<FetchReply, 'responses'>> => {
    const from = topics[0]?.partitions[0]?.fetchOffset;
    const messages = (await answers[nodeId]?.(Number(from))) ?? [];
    // As over a network: no reply comes in the turn of its request.
    await nextTurn();
    const partition = {
      partition: nodeId,
      errorCode: 0,
      highWatermark: '1000',
      lastStableOffset: '1000',
      lastStartOffset: '0',
      abortedTransactions: [],
      preferredReadReplica: -1,
      messages,
    };
    return { responses: [{ topicName: topic, partitions: [partition] }] };
  };

  const known = {};
  const cluster = {
    connect: () => Promise.resolve(),
    disconnect: () => Promise.resolve(),
    refreshMetadata: () => Promise.resolve(),
    refreshMetadataIfNecessary: () => Promise.resolve(),
    addMultipleTargetTopics: () => Promise.resolve(),
    getNodeIds: () => partitions,
    findGroupCoordinator: () => Promise.resolve(coordinator),
    findTopicPartitionMetadata: () =>
      partitions.map((partitionId) => ({ partitionId, leader: partitionId, offlineReplicas: [] })),
    findBroker: ({ nodeId }: { readonly nodeId: number }) =>
      Promise.resolve({
        fetch: (request: { readonly topics: readonly Partitions<{ fetchOffset: string }>[] }) =>
          fetchFrom(nodeId, request.topics),
      }),
    committedOffsets: () => known,
  };
  const client = {
    consumer: (config: ConsumerConfig) =>
      createConsumer({ cluster, logger: quiet, metadataMaxAge: 300_000, ...config }),
  } as unknown as Kafka;
  return { client, counts };
}
