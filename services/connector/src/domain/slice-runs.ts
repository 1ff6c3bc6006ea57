import type { BackfillDeps, BackfillPlan } from './backfill-plan.ts';
import { openPages } from './page-stream.ts';
import type { ListedPage, PageStream } from './page-stream.ts';
import { sendInOrder } from './send-in-order.ts';
import { settle } from './settle.ts';
import type { Settled } from './settle.ts';
import { createSliceTally } from './slice-tally.ts';
import type { Sent, SliceTally } from './slice-tally.ts';
import { nextSlice } from './slices.ts';
import type { Slice } from './slices.ts';
import type { CursorState } from './sync-cursor.ts';

/** One slice while it is listed and sent. */
interface SliceRun {
  readonly slice: Slice;
  readonly tally: SliceTally;
  /** Of the slice behind it, by what this one holds; undefined when it ended before it was counted. */
  readonly nextWidthS: Promise<number | undefined>;
  /** Every page is acknowledged, or one failed and nothing is under way any more. */
  readonly sent: Promise<Settled<void>>;
  readonly pages: PageStream;
}

/** The slices of one history, newest first; undefined behind the last one. */
export interface SliceRuns {
  next(): Promise<SliceRun | undefined>;
  /** Resolves when nothing of any of them is under way any more. */
  end(): Promise<void>;
}

export interface SliceRunsOptions {
  readonly plan: BackfillPlan;
  readonly deps: BackfillDeps;
  readonly state: CursorState;
}

type OnAcknowledged = (
  run: Pick<SliceRun, 'slice' | 'tally'>,
  listed: ListedPage,
  sent: Sent,
) => Promise<void>;

/**
 * So many are read and sent at once. A page's token comes with the page before, so one listing alone
 * leaves either side waiting for the other.
 */
const SLICES_AT_ONCE = 3;

/** So many behind the first one that is not whole yet: what a restart would read again. */
const SLICES_AHEAD = 6;

function startRun(
  { plan, deps }: SliceRunsOptions,
  slice: Slice,
  resumed: CursorState | undefined,
  onAcknowledged: OnAcknowledged,
): SliceRun {
  const ask = { priority: 'backfill', signal: deps.signal } as const;
  const tally = createSliceTally(plan, resumed);
  const pages = openPages({
    ...{ pageSize: deps.pageSize, maxPages: deps.maxPages },
    firstToken: resumed?.pageToken ?? undefined,
    readPage: (pageToken, pageSize) => plan.fetch(slice, { ...ask, pageToken, pageSize }),
  });
  const sent = settle(
    sendInOrder(pages, plan.send, async (listed, rows) => {
      tally.add(listed.page, rows);
      await onAcknowledged({ slice, tally }, listed, rows);
    }).finally(() => {
      pages.end();
    }),
  );
  const nextWidthS = pages.whenCounted.then((rows) =>
    rows === undefined ? undefined : plan.nextWidth(rows, deps.pageSize, slice.to - slice.from),
  );
  return { slice, tally, nextWidthS, sent, pages };
}

/** Begins at the cursor. How wide a slice is, is known when the one before it has been counted. */
export function startSliceRuns(
  options: SliceRunsOptions,
  onAcknowledged: OnAcknowledged,
): SliceRuns {
  const { state } = options;
  const running = new Set<SliceRun>();
  const waiting: Promise<SliceRun | undefined>[] = [];
  let isOver = false;
  let starting = 0;

  function start(to: number, widthS: number, resumed?: CursorState): SliceRun | undefined {
    // Of a history that is held the slices end here, as at its cut: the next run goes on.
    const isLast = isOver || options.deps.isHeld();
    const slice = isLast ? undefined : nextSlice(to, widthS, state.cut);
    if (slice === undefined) {
      return undefined;
    }
    const run = startRun(options, slice, resumed, onAcknowledged);
    running.add(run);
    void run.sent.then(() => {
      running.delete(run);
      fill();
    });
    return run;
  }

  async function startBehind(before: SliceRun | undefined): Promise<SliceRun | undefined> {
    const widthS = await before?.nextWidthS;
    return before === undefined || widthS === undefined
      ? undefined
      : start(before.slice.from, widthS);
  }

  let latest = Promise.resolve(
    start(state.cursor, state.widthS, state.pageToken === null ? undefined : state),
  );
  waiting.push(latest);

  function startNext(): void {
    starting += 1;
    latest = latest.then(startBehind).finally(() => {
      starting -= 1;
    });
    waiting.push(latest);
  }

  function fill(): void {
    while (running.size + starting < SLICES_AT_ONCE && waiting.length < SLICES_AHEAD) {
      startNext();
    }
  }

  fill();
  return {
    next: async () => {
      if (waiting.length === 0) {
        startNext();
      }
      const run = await waiting.shift();
      fill();
      return run;
    },
    end: async () => {
      isOver = true;
      running.forEach(({ pages }) => {
        pages.end();
      });
      await Promise.all([...running].map(({ sent }) => sent));
    },
  };
}
