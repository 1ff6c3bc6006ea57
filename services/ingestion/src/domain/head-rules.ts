/** What is known of an entity's newest version. */
export interface KnownHead {
  readonly ver: string;
  readonly updateTimeS: number;
  readonly contentHash: string;
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
    head !== undefined &&
    head.contentHash === candidate.contentHash &&
    head.updateTimeS === updateTimeOf(candidate.ver)
  );
}

export function isNewer(candidate: Candidate, head: KnownHead | undefined): boolean {
  return head === undefined || BigInt(candidate.ver) > BigInt(head.ver);
}
