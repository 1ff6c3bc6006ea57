import type { Scope } from '../domain/read-fact.ts';

export interface GuardDeps {
  readonly fences: {
    healthy(): boolean;
    guardedChunk(
      scopes: readonly Scope[],
      op: (open: readonly Scope[]) => Promise<void>,
      options: {
        readonly undo: (fenced: readonly Scope[]) => Promise<void>;
        readonly limitMs: number;
      },
    ): Promise<{ readonly fenced: readonly Scope[] }>;
  };
  /** Erases whole scopes from every table. */
  readonly erase: (scopes: readonly Scope[]) => Promise<void>;
  readonly monotonicMs: () => number;
}

/** Longest that the rows of a chunk, or a batch of a pass, may take before they are given up. */
const CHUNK_LIMIT_MS = 60_000;
/**
 * A membership lapses after 15 s without a heartbeat, and "healthy" allows 10 s of them: a write that
 * took less than the rest, healthy at both ends, cannot have been counted out.
 */
const SURELY_HEARD_MS = 5_000;

/**
 * A fence that falls during a chunk is acknowledged only after the chunk, and the erasure follows the
 * acknowledgement: it finds and counts what landed. Only where this instance may have been counted
 * out meanwhile, so that the erasure may be over, is what landed taken back at once.
 */
export function guardChunk(deps: GuardDeps) {
  return (
    scopes: readonly Scope[],
    write: (open: readonly Scope[]) => Promise<void>,
  ): Promise<{ readonly fenced: readonly Scope[] }> => {
    let wasHeard = false;
    return deps.fences.guardedChunk(
      scopes,
      async (open) => {
        const startedAt = deps.monotonicMs();
        await write(open);
        wasHeard = deps.monotonicMs() - startedAt <= SURELY_HEARD_MS && deps.fences.healthy();
      },
      {
        limitMs: CHUNK_LIMIT_MS,
        undo: (closed) => (wasHeard ? Promise.resolve() : deps.erase(closed)),
      },
    );
  };
}
