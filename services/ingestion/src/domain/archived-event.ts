import type { Resource } from '@tokometrics/contracts';

/** One snapshot as archived: routing fields in clear, the body as the connector sealed it. */
export interface ArchivedEvent {
  readonly id: string;
  readonly shopKey: string;
  readonly epoch: number;
  readonly entity: Resource;
  readonly entityId: string;
  readonly ver: string;
  readonly contentHash: string;
  readonly origin: string;
  readonly schemaVer: number;
  readonly ceType: string;
  readonly occurredAt: Date;
  readonly fetchedAt: Date;
  readonly expireAt: Date;
  readonly localDate: string;
  /** The CloudEvent's sealed data, exactly as received. */
  readonly sealed: Buffer;
}
