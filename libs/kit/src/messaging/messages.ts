/** A record as handlers see it: header values decoded, topic without the environment's prefix. */
export interface InMessage {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: string | undefined;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly timestamp: number;
}

export interface OutMessage {
  readonly topic: string;
  readonly key?: string | undefined;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Set only by markers and heartbeats that must reach every partition of a topic. */
  readonly partition?: number;
}

export interface TopicDef {
  readonly name: string;
  readonly partitions: number;
  readonly config?: Readonly<Record<string, string>>;
}
