import type { Resource } from '@tokometrics/contracts';
import type { Bounds, PageAsk, SourcePage } from './shop-source.ts';
import type { SnapshotSink } from './snapshot-sink.ts';

/** How one resource's history is read; the engine below is the same for all. */
export interface BackfillPlan {
  /** Resources that a slice completes. */
  readonly resources: readonly Resource[];
  readonly fetch: (bounds: Bounds, ask: PageAsk) => Promise<SourcePage>;
  /** Sends a page and resolves when it is acknowledged; answers with rows per resource. */
  readonly send: (page: SourcePage) => Promise<Readonly<Partial<Record<Resource, number>>>>;
  /** The resource whose rows hang on the listed ones and are counted apart. */
  readonly dependent?: Resource;
  /** Width of the next slice, by what this one held. */
  readonly nextWidth: (rows: number, pageSize: number, widthS: number) => number;
  /** Whether rows keep their places, so that a page token is good for going on after a restart. */
  readonly isOrdered: boolean;
  /** Whether a listing of one page tells how many rows there are in all. */
  readonly countsRows: boolean;
}

export interface BackfillDeps {
  readonly sink: SnapshotSink;
  readonly pageSize: number;
  readonly maxPages: number;
  readonly signal: AbortSignal;
  readonly nowS: () => number;
  /** Whether no further slice may begin at present. */
  readonly isHeld: () => boolean;
  /** Resolves when one may, or when the work ends. */
  readonly whenFree: () => Promise<void>;
  /** Called after each acknowledged page. */
  readonly onProgress: (rows: Readonly<Partial<Record<Resource, number>>>) => void;
  /** Called after each slice whose marker is acknowledged. */
  readonly onSlice: () => void;
}
