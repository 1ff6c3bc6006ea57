import type { Resource } from '@tokometrics/contracts';
import type { Pace } from './pace.ts';
import { settle } from './settle.ts';
import type { ShopSource } from './shop-source.ts';
import { ScopeClosed } from './snapshot-sink.ts';
import type { SnapshotSink } from './snapshot-sink.ts';
import { stageError } from './stage-error.ts';
import { LeaseLost } from './sync-cursor.ts';
import type { CursorState, Lease, Stream } from './sync-cursor.ts';

export interface ShopWorkerDeps {
  readonly source: ShopSource;
  readonly sink: SnapshotSink;
  /** Undefined while another instance holds the stream. */
  readonly acquire: (stream: Stream, first: CursorState) => Promise<Lease | undefined>;
  readonly renewLeases: () => Promise<void>;
  readonly releaseLeases: () => Promise<void>;
  /** Notices that wait for their order to be read; also called when one arrives. */
  readonly drainInbox: (signal: AbortSignal, sink: SnapshotSink) => Promise<void>;
  /** Whether the permission that the stream needs is granted at present. */
  readonly isFed: (stream: Stream) => boolean;
  /** Of what the consumers behind the log can take in. */
  readonly pace: Pace;
  readonly nowS: () => number;
  /** Resolves early, never rejects, when the signal aborts. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly settings: {
    readonly pollIntervalMs: number;
    readonly financeIntervalMs: number;
    readonly inventoryIntervalMs: number;
    readonly unsettledIntervalMs: number;
    readonly leaseMs: number;
    readonly orderPageSize: number;
    readonly pageSize: number;
    readonly maxPages: number;
  };
  readonly onProgress: (rows: Readonly<Partial<Record<Resource, number>>>) => void;
  /** Counts, logs, and ends the shop's work where the failure asks for it. */
  readonly onFault: (stream: Stream | 'inbox', error: unknown) => void;
}

export type Loop = Extract<Stream, `${string}.live`> | 'inbox';

/** What the loops of one shop share. */
export interface WorkerContext {
  readonly deps: ShopWorkerDeps;
  readonly at: number;
  readonly signal: AbortSignal;
  readonly abort: () => void;
  /** Ends early when the loop is woken; a wake that came before counts. */
  readonly sleep: (loop: Loop, ms: number) => Promise<void>;
  readonly wake: (loop: Loop) => void;
  readonly report: (stream: Stream, error: unknown, lease?: Lease) => Promise<void>;
  /** Waits until the stream is ours. Undefined only when the work ends. */
  readonly obtain: (stream: Stream, first: CursorState) => Promise<Lease | undefined>;
}

export function createWorkerContext(deps: ShopWorkerDeps, at: number): WorkerContext {
  const stopping = new AbortController();
  const { signal } = stopping;
  const sleeping = new Map<Loop, AbortController>();
  const woken = new Set<Loop>();

  const report = async (stream: Stream, error: unknown, lease?: Lease): Promise<void> => {
    if (signal.aborted || error instanceof ScopeClosed) {
      stopping.abort();
      return;
    }
    deps.onFault(stream, error);
    if (lease !== undefined && !(error instanceof LeaseLost)) {
      // Only for people to see; the next save writes it anew.
      await settle(lease.save({ error: stageError(error) }));
    }
  };

  return {
    deps,
    at,
    signal,
    report,
    abort: () => {
      stopping.abort();
    },
    sleep: async (loop, ms) => {
      if (!woken.delete(loop)) {
        const early = new AbortController();
        sleeping.set(loop, early);
        await deps.pause(ms, AbortSignal.any([signal, early.signal]));
        sleeping.delete(loop);
        woken.delete(loop);
      }
    },
    wake: (loop) => {
      woken.add(loop);
      sleeping.get(loop)?.abort();
    },
    obtain: (stream, first) => obtain({ deps, signal, report }, stream, first),
  };
}

async function obtain(
  { deps, signal, report }: Pick<WorkerContext, 'deps' | 'signal' | 'report'>,
  stream: Stream,
  first: CursorState,
): Promise<Lease | undefined> {
  while (!signal.aborted) {
    const lease = await settle(deps.acquire(stream, first));
    if (lease.ok && lease.value !== undefined) {
      return lease.value;
    }
    if (!lease.ok) {
      await report(stream, lease.error);
    }
    await deps.pause(deps.settings.leaseMs / 4, signal);
  }
  return undefined;
}
