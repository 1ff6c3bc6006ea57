import type { Resource } from '@tokometrics/contracts';

/** What is known of an entity's newest version. */
export interface KnownHead {
  readonly ver: string;
  readonly updateTimeS: number;
  readonly contentHash: string;
}

/** Newest version seen of an entity; rebuildable from the archive. */
export interface Head extends KnownHead {
  readonly shopKey: string;
  readonly epoch: number;
  readonly entity: Resource;
  readonly entityId: string;
  /** Bucket of the first sight; never recomputed. */
  readonly localDate: string;
  readonly expireAt: Date;
}

export function headId(part: Pick<Head, 'shopKey' | 'epoch' | 'entity' | 'entityId'>): string {
  return `${part.shopKey}:${String(part.epoch)}:${part.entity}:${part.entityId}`;
}

export interface Candidate {
  readonly ver: string;
  readonly contentHash: string;
}

/** Seconds of the source's update, held in the upper 40 bits of a version. */
export function updateTimeOf(ver: string): number {
  return Number(BigInt(ver) >> 24n);
}

/**
 * A snapshot is unchanged only if its update time AND its content equal the head's. Equal content
 * alone would be unsafe: A@5 stored, A@6 suppressed, then a late B@5.5 would win.
 */
export function isUnchanged(candidate: Candidate, head: KnownHead | undefined): boolean {
  return (
    head?.contentHash === candidate.contentHash && head.updateTimeS === updateTimeOf(candidate.ver)
  );
}

export function isNewer(candidate: Candidate, head: KnownHead | undefined): boolean {
  return head === undefined || BigInt(candidate.ver) > BigInt(head.ver);
}
