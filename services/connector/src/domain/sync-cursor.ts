export type Stream =
  | `${'order' | 'product' | 'finance' | 'payment'}.${'live' | 'backfill'}`
  // What has no history: the first whole reading is all that there is of it.
  | `${'inventory' | 'unsettled'}.live`
  // All products once more, now and then: nobody else hears of what never changes.
  | 'listing.live';

/** How far one stream has been read. Saved only after what it speaks of is acknowledged. */
export interface CursorState {
  /**
   * Live: everything changed before it was read. Backfill: everything created from here on was read.
   * Listing: when it was begun last.
   */
  readonly cursor: number;
  /** Backfill: where the history ends. */
  readonly cut: number;
  /** Backfill: width of the slice under way, and the next page in it. */
  readonly widthS: number;
  readonly pageToken: string | null;
  /**
   * Backfill: rows read, and how many of them before the slice under way began. Without a history:
   * what the last whole reading found.
   */
  readonly done: number;
  readonly doneBefore: number;
  /** The same for rows that hang on them: the transactions of statements. */
  readonly dependents: number;
  readonly dependentsBefore: number;
  readonly total: number | null;
  /** Backfill: when the history was whole. Without a history: when all had been read once. */
  readonly finishedAt: Date | null;
  /** Live: when the wide look-back ran last. */
  readonly sweptAt: number;
  /** Live: where the last acknowledged marker ended. Absent in what was saved before this was noted. */
  readonly markedThrough?: number;
  /**
   * From when on it was sent what the cursor has passed, or the page token, and no marker has spoken of.
   * Null where nothing is; absent in what was saved before this was noted.
   */
  readonly unmarkedSince?: number | null;
  /** Statements and payments, live: content of those seen lately, to tell new and changed ones. */
  readonly seen: Readonly<Record<string, string>>;
  /** Closed word of what holds the stream up at present. */
  readonly error: string | null;
}

/**
 * Topics keep their records for three days. Of what was sent longer ago than this, a marker that is
 * written now could arrive where the records were dropped unread: it is sent once more.
 */
export const SENT_AGAIN_AFTER_S = 86_400;

export interface Lease {
  readonly state: CursorState;
  /** Throws LeaseLost when another instance took the stream over: it goes on from the last save. */
  save(change: Partial<CursorState>): Promise<void>;
}

export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';

  constructor() {
    super('the stream belongs to another instance now');
  }
}

export function firstCursor(at: number, change: Partial<CursorState> = {}): CursorState {
  return {
    cursor: at,
    cut: 0,
    widthS: 0,
    pageToken: null,
    done: 0,
    doneBefore: 0,
    dependents: 0,
    dependentsBefore: 0,
    total: null,
    finishedAt: null,
    sweptAt: at,
    markedThrough: at,
    unmarkedSince: null,
    seen: {},
    error: null,
    ...change,
  };
}
