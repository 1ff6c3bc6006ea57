/** The part of kafkajs 2.2.4 that `calm-queues.ts` mends; the package tells no types of it. */
declare module 'kafkajs/src/network/requestQueue/index.js' {
  interface Request {
    readonly entry: { readonly correlationId: number; readonly resolve: () => void };
    readonly expectResponse: boolean;
    readonly sendRequest: () => void;
  }
  class RequestQueue extends EventTarget {
    constructor(options: {
      readonly maxInFlightRequests: number;
      readonly requestTimeout: number;
      readonly enforceRequestTimeout: boolean;
      readonly clientId: string;
      readonly broker: string;
      readonly logger: { readonly debug: () => void; readonly warn: () => void };
      readonly isConnected: () => boolean;
    });
    readonly pending: readonly unknown[];
    readonly throttleCheckTimeoutId: NodeJS.Timeout | null;
    scheduleCheckPendingRequests: (this: RequestQueue) => void;
    push(request: Request): void;
    maybeThrottle(ms: number): void;
    fulfillRequest(answer: {
      readonly correlationId: number;
      readonly payload: Buffer;
      readonly size: number;
    }): void;
    destroy(): void;
  }
  export = RequestQueue;
}

/** What `lean-produce.ts` writes differently, and what it writes with. */
declare module 'kafkajs/src/protocol/requests/produce/index.js' {
  import type Encoder from 'kafkajs/src/protocol/encoder.js';

  namespace produce {
    interface ProduceMessage {
      readonly key?: string | Buffer | null;
      readonly value: string | Buffer | null;
      readonly timestamp?: string;
      readonly headers?: Readonly<Record<string, string | Buffer>>;
    }
    interface ProduceOptions {
      readonly acks: number;
      readonly timeout: number;
      readonly compression?: number;
      readonly transactionalId?: string | null;
      readonly producerId?: number | bigint | object;
      readonly producerEpoch?: number;
      readonly topicData: readonly {
        readonly topic: string;
        readonly partitions: readonly {
          readonly partition: number;
          readonly firstSequence?: number;
          readonly messages: readonly ProduceMessage[];
        }[];
      }[];
    }
    interface Built {
      readonly request: { readonly encode: () => Promise<Encoder> };
      readonly response: object;
    }
  }
  const produce: {
    protocol: (of: {
      readonly version: number;
    }) => (options: produce.ProduceOptions) => produce.Built;
  };
  export = produce;
}

declare module 'kafkajs/src/protocol/encoder.js' {
  class Encoder {
    constructor(initialSize?: number);
    readonly buffer: Buffer;
    size(): number;
    writeInt8(value: number): this;
    writeInt16(value: number): this;
    writeInt32(value: number): this;
    writeUInt32(value: number): this;
    writeInt64(value: number | bigint | object): this;
    writeString(value: string | null): this;
    writeArray(items: readonly Encoder[]): this;
    writeEncoder(part: Encoder): this;
    writeBuffer(bytes: Buffer): this;
  }
  export = Encoder;
}

declare module 'kafkajs/src/protocol/recordBatch/crc32C/index.js' {
  const crc32C: (bytes: Buffer) => number;
  export = crc32C;
}

declare module 'kafkajs/src/protocol/message/compression/index.js' {
  const compression: {
    readonly lookupCodec: (type: number) => {
      readonly compress: (encoder: { readonly buffer: Buffer }) => Promise<Buffer>;
    };
    /** null: the records are as they are. */
    readonly lookupCodecByAttributes: (attributes: number) => {
      readonly decompress: (packed: Buffer) => Promise<Buffer>;
    } | null;
  };
  export = compression;
}

/** What `lean-fetch.ts` reads differently, and what it reads with. */
declare module 'kafkajs/src/protocol/requests/fetch/v11/response.js' {
  namespace response {
    interface FetchedMessage {
      readonly magicByte: number;
      readonly attributes: number;
      readonly timestamp: string;
      readonly offset: string;
      readonly key: Buffer | null;
      readonly value: Buffer | null;
      readonly headers: Readonly<Record<string, unknown>>;
      readonly isControlRecord: boolean;
      readonly batchContext: Readonly<Record<string, unknown>>;
    }
    interface FetchedPartition {
      readonly partition: number;
      readonly errorCode: number;
      readonly highWatermark: string;
      readonly lastStableOffset: string;
      readonly lastStartOffset: string;
      readonly abortedTransactions: readonly {
        readonly producerId: string;
        readonly firstOffset: string;
      }[];
      readonly preferredReadReplica: number;
      readonly messages: readonly FetchedMessage[];
    }
    interface FetchReply {
      readonly throttleTime: number;
      readonly clientSideThrottleTime: number;
      readonly errorCode: number;
      readonly sessionId: number;
      readonly responses: readonly {
        readonly topicName: string | null;
        readonly partitions: readonly FetchedPartition[];
      }[];
    }
  }
  const response: { decode: (reply: Buffer) => Promise<response.FetchReply> };
  export = response;
}

declare module 'kafkajs/src/protocol/decoder.js' {
  class Decoder {
    constructor(buffer: Buffer);
    readInt16(): number;
    readInt32(): number;
    readInt64(): bigint;
    readString(): string | null;
    readBytes(length: number): Buffer;
    canReadBytes(length: number): boolean;
    readArray<T>(read: (decoder: Decoder) => T): T[];
  }
  export = Decoder;
}

/** What `drop-stale-batches.ts` holds against each other. */
declare module 'kafkajs/src/consumer/consumerGroup.js' {
  import type { Batch } from 'kafkajs';

  class ConsumerGroup {
    /** The positions of one generation: each join makes another. */
    readonly offsetManager: { readonly generationId: number } | null;
    fetch: (this: ConsumerGroup, nodeId: number) => Promise<readonly Batch[]>;
  }
  export = ConsumerGroup;
}

declare module 'kafkajs/src/consumer/runner.js' {
  import type { Batch } from 'kafkajs';
  import type ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';

  class Runner {
    readonly consumerGroup: ConsumerGroup;
    handleBatch: (this: Runner, batch: Batch) => Promise<void>;
  }
  export = Runner;
}

/** What `fake-cluster.test-support.ts` puts a consumer together from. */
declare module 'kafkajs/src/consumer/index.js' {
  import type { Consumer, ConsumerConfig } from 'kafkajs';

  const createConsumer: (
    options: ConsumerConfig & {
      readonly cluster: object;
      readonly logger: object;
      readonly metadataMaxAge: number;
    },
  ) => Consumer;
  export = createConsumer;
}
