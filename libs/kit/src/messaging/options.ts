import type { Lifecycled } from '../lifecycle.ts';
import type { Logger } from '../logging.ts';
import type { Metrics } from '../metrics.ts';
import type { InMessage, OutMessage, TopicDef } from './messages.ts';
import type { Outcome } from './outcomes.ts';

export type Compression = 'none' | 'gzip' | 'zstd';

export interface KafkaOptions {
  /** A list, or the comma separated form of KAFKA_BROKERS. */
  readonly brokers: string | readonly string[];
  readonly clientId: string;
  /** Put before every topic and group name; callers only ever see names without it. */
  readonly topicPrefix?: string | undefined;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly compression?: Compression;
  /** Default: the broker's own default.replication.factor. */
  readonly replicationFactor?: number;
}

/** Milliseconds between a failure and the next try, per rung of the ladder. */
export interface LadderIntervals {
  readonly '1m': number;
  readonly '10m': number;
  readonly '1h': number;
}

interface SubscriptionOptions {
  readonly group: string;
  readonly topics: readonly string[];
  /** Where a group without committed offsets begins; default true: nothing is lost. */
  readonly fromBeginning?: boolean;
  /** Seals the body of a dead letter. Without it only headers, SHA-256 and length are kept. */
  readonly parkBody?: (message: InMessage) => Promise<Buffer | undefined>;
  /** Partitions of this group's retry and dead-letter topics; default 1. */
  readonly ladderPartitions?: number;
  /** How long a dependency that is down is retried in place; default 30 s. */
  readonly retryInPlaceMs?: number;
}

export interface ConsumerOptions extends SubscriptionOptions {
  handle(message: InMessage): Promise<Outcome>;
  /** Partitions handled at the same time; order within a partition is kept. Default 1. */
  readonly concurrency?: number;
  readonly ladder?: LadderIntervals;
}

export interface ChunkControl<P> {
  /** What `prepare` returned for exactly these messages. */
  readonly prepared: P;
  /** Aborts when the consumer stops; a rebalance only makes the result uncommittable. */
  readonly signal: AbortSignal;
  /** True while every partition of the chunk still belongs to this member. */
  isOwner(): boolean;
  /**
   * Number of the group's generation in which the records of a partition were read; undefined where it is
   * not known. Within one generation each offset is read once.
   */
  readonly generationOf: (topic: string, partition: number) => number | undefined;
}

/** How a chunk that is stored stands to those around it. */
export interface FinishControl {
  /** Whether another chunk, or records for one, are at hand and may be written beside this end. */
  readonly isFollowed: () => boolean;
  /** Resolves when every chunk before this one is settled; rejects when one never will be. */
  readonly turn: () => Promise<void>;
}

export type Finish = (control: FinishControl) => Promise<void>;

export interface ParkedMessage {
  readonly message: InMessage;
  readonly reason: string;
}

export interface ChunkResult {
  readonly parked?: readonly ParkedMessage[];
  /**
   * False: the store was not asked to take anything, so this says nothing of whether it takes others.
   * Absent: it was.
   */
  readonly isStored?: boolean;
  /**
   * What is left to do once the records are stored. It runs beside the chunks behind, up to
   * `maxInFlight` of them, and is repeated by itself until it succeeds: the records are let go before
   * it begins, so it must hold on to none, and be idempotent.
   */
  readonly finish?: Finish;
}

interface ChunkOptions<P> extends SubscriptionOptions {
  readonly maxRows: number;
  readonly maxBytes: number;
  readonly lingerMs: number;
  /** Cap on all buffered bytes of this consumer; default 8 × maxBytes. */
  readonly maxBufferedBytes?: number;
  /** Chunks that may be unfinished at a time: one that is stored, and those whose `finish` runs; default 1. */
  readonly maxInFlight?: number;
  /** Resolves when every message is stored (or named in `parked`); must be idempotent. */
  onChunk(
    messages: readonly InMessage[],
    control: ChunkControl<P>,
  ): Promise<ChunkResult | undefined>;
  /**
   * The records of a chunk, with their reasons, that were parked because `onChunk` or `prepare` threw
   * for each of them alone: whoever counts fates there has not seen these. Called once, when the dead
   * letters have them all, and not again when something is retried; never for what `parked` names.
   * Offsets follow, so it is called again for a record that comes again after a crash. What it throws
   * is logged. What is left to do of them, if anything, goes before every other `finish` of the chunk.
   */
  onRejected?(rejected: readonly ParkedMessage[]): Finish | undefined;
}

export type BatchConsumerOptions = ChunkOptions<undefined>;

export interface PreparingBatchConsumerOptions<P> extends ChunkOptions<P> {
  /** Runs ahead of `onChunk`, while the chunk before is still being written. Must be idempotent. */
  prepare(messages: readonly InMessage[]): Promise<P> | P;
}

export interface TailOptions {
  /** Must be unique to the instance: every instance sees every record. */
  readonly group: string;
  readonly topic: string;
  /**
   * `beginning`: start() resolves only once everything present at that time was delivered; nothing
   * is ever committed. `latest` (default): only records sent after start() resolved.
   */
  readonly from?: 'beginning' | 'latest';
  /** Membership is a lease: the broker drops a member that is silent for so long. Default: as consumers. */
  readonly sessionTimeoutMs?: number;
  readonly heartbeatMs?: number;
  /** After every heartbeat that the broker accepted, and after the join. */
  onHeartbeat?(): void;
  onMessage(message: InMessage): Promise<void> | void;
}

export interface SweepOptions {
  /** Its committed offsets say how far earlier sweeps came; one sweep of it runs at a time. */
  readonly group: string;
  readonly topic: string;
  /** Forgets how far earlier sweeps came. */
  readonly again: boolean;
  readonly signal: AbortSignal;
  /** In order within a partition; all of the batch is committed when it resolves. */
  onBatch(messages: readonly InMessage[]): Promise<void>;
}

export interface Producer extends Lifecycled {
  /** Resolves when all in-sync replicas hold every message. */
  send(batch: readonly OutMessage[]): Promise<void>;
}

export interface GroupDescription {
  readonly group: string;
  readonly state: string;
  readonly members: readonly { readonly memberId: string; readonly clientId: string }[];
}

export interface PartitionOffsets {
  readonly partition: number;
  readonly low: string;
  readonly high: string;
}

export interface TopicStart {
  readonly topic: string;
  /** By partition. One that is not named, or whose offset is gone by now, begins at its first record. */
  readonly from: readonly string[];
}

export interface GroupOffset {
  readonly topic: string;
  readonly partition: number;
  /** undefined: this group never committed here. */
  readonly offset: string | undefined;
}

/** Connects at first use; names without the prefix in and out. */
export interface KafkaAdmin extends Lifecycled {
  listTopics(): Promise<string[]>;
  listGroups(): Promise<string[]>;
  describeGroups(groups: readonly string[]): Promise<GroupDescription[]>;
  deleteGroups(groups: readonly string[]): Promise<void>;
  topicOffsets(topic: string): Promise<PartitionOffsets[]>;
  groupOffsets(group: string, topics: readonly string[]): Promise<GroupOffset[]>;
  /** Sum over partitions of the records that the group has not committed. */
  groupLag(group: string, topics: readonly string[]): Promise<number>;
  describeTopicConfig(topic: string): Promise<Record<string, string>>;
  deleteTopics(topics: readonly string[]): Promise<void>;
  /**
   * Every record from the low to the present high watermark, partitions interleaved. Rejects with what
   * `onMessage` threw.
   */
  readTopic(topic: string, onMessage: (m: InMessage) => Promise<void> | void): Promise<void>;
  /** The first that is wanted of the records between these starts and the present ends. */
  findRecord(
    starts: readonly TopicStart[],
    isWanted: (message: InMessage) => boolean,
  ): Promise<InMessage | undefined>;
}

export interface Kafka {
  ensureTopics(defs: readonly TopicDef[]): Promise<void>;
  producer(options?: { readonly compression?: Compression }): Producer;
  consumer(options: ConsumerOptions): Lifecycled;
  batchConsumer<P>(options: PreparingBatchConsumerOptions<P>): Lifecycled;
  batchConsumer(options: BatchConsumerOptions): Lifecycled;
  tail(options: TailOptions): Lifecycled;
  admin(): KafkaAdmin;
  /** As `readTopic` of an admin, on a connection of its own. */
  readToEnd(topic: string, onMessage: (m: InMessage) => Promise<void> | void): Promise<void>;
  /**
   * From where the group's last sweep ended to the topic's present end. Rejects with what `onBatch`
   * threw, with `resource.conflict` while another sweep of the group runs, and when it is aborted:
   * what is committed stays so, and the next sweep goes on there.
   */
  sweep(options: SweepOptions): Promise<void>;
}
