import type { Resource } from '@tokometrics/contracts';

/** A fact travels on its topic, or on the twin that a history takes; each has markers of its own. */
export type Lane = 'live' | 'backfill';

/** What is known of an entity's newest version. */
export interface KnownHead {
  readonly ver: string;
  readonly updateTimeS: number;
  readonly contentHash: string;
  /** Where its fact has been acknowledged; absent in documents from before this was kept. */
  readonly lanes?: readonly Lane[];
  /** When this version was read; absent in documents from before this was kept. */
  readonly fetchedAt?: Date;
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
  /** Whose reader has written this; absent in documents from before each had its own. */
  readonly writtenOn?: Lane;
}

export function headId(part: Pick<Head, 'shopKey' | 'epoch' | 'entity' | 'entityId'>): string {
  return `${part.shopKey}:${String(part.epoch)}:${part.entity}:${part.entityId}`;
}

/**
 * What the readers of both topics know of an entity. Each writes down what it knows by itself: they
 * read and write at the same time, and the slower one would put an older version over a newer.
 */
export function joinHeads(heads: readonly Head[]): Head | undefined {
  const [newest, ...others] = heads.toSorted((one, other) => (isNewer(one, other) ? -1 : 1));
  const saidToo = others.filter((other) => newest !== undefined && isUnchanged(other, newest));
  return (
    newest && {
      ...newest,
      lanes: [...new Set([newest, ...saidToo].flatMap(({ lanes = [] }) => lanes))],
    }
  );
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

/**
 * Whether nothing is left to say of an unchanged snapshot. A marker on one lane overtakes facts on the
 * other: what it says to be complete must have gone before it on the same lane.
 */
export function isSaid(lane: Lane, head: KnownHead | undefined): boolean {
  return head?.lanes?.includes(lane) === true;
}

/** The connector reads the list of all products every 30 days: said again after 60, that is 90 at most. */
const SAID_AGAIN_AFTER_MS = 60 * 86_400_000;

/**
 * Whether a product is to be said although nothing of it has changed: what is kept of it counts its two
 * years from the last reading that was said. Under a newer version alone: no other moves a row.
 */
export function isDueAgain(
  entity: Resource,
  candidate: Candidate & { readonly fetchedAt: Date },
  head: KnownHead | undefined,
): boolean {
  if (entity !== 'product' || !isNewer(candidate, head)) {
    return false;
  }
  const saidAt = head?.fetchedAt?.getTime() ?? 0;
  return candidate.fetchedAt.getTime() - saidAt >= SAID_AGAIN_AFTER_MS;
}

export function isNewer(candidate: Candidate, head: KnownHead | undefined): boolean {
  return head === undefined || BigInt(candidate.ver) > BigInt(head.ver);
}

/**
 * One version has one content: a second one under the same version could win or lose by chance in
 * every store that keeps the newest, so it is for a person to look at.
 */
export function isConflicting(candidate: Candidate, head: KnownHead | undefined): boolean {
  return head?.ver === candidate.ver && head.contentHash !== candidate.contentHash;
}
