import { notice } from '@tokometrics/contracts';
import type { Notice } from '@tokometrics/contracts';

type Source = Pick<EventSource, 'addEventListener' | 'close' | 'readyState'>;

export interface LineParts {
  readonly connect: () => Source;
  readonly onNotice: (heard: Notice) => void;
  /** Something may have been missed: everything shown may be old. */
  readonly onGap: () => void;
  readonly schedule: (run: () => void, ms: number) => void;
}

/** What the standard calls a source that the browser does not open again by itself. */
const CLOSED = 2;
const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 60_000;

/**
 * One stream of notices, and what becomes of the page without it. A browser comes back by itself where
 * a line breaks, with the number that it has heard last; it gives up where a part answers with an error.
 */
export function createLiveLine({ connect, onNotice, onGap, schedule }: LineParts) {
  const state = { isQuiet: false, isDisplaced: false, isOver: false, waitMs: FIRST_WAIT_MS };
  let source = open();

  function open(): Source {
    const opened = connect();
    const hear = ({ data }: MessageEvent<string>) => {
      const parsed = notice.safeParse(parse(data));
      if (parsed.success) {
        state.isQuiet = false;
        onNotice(parsed.data);
      }
    };
    for (const kind of ['watermark', 'invalidate', 'sync.progress', 'privacy.progress']) {
      opened.addEventListener(kind, hear);
    }
    // What was missed is more than is kept; of a session that is over the next reading tells.
    opened.addEventListener('reset', onGap);
    opened.addEventListener('session.ended', onGap);
    opened.addEventListener('open', () => {
      state.waitMs = FIRST_WAIT_MS;
    });
    opened.addEventListener('displaced', () => {
      state.isDisplaced = true;
      opened.close();
    });
    opened.addEventListener('error', () => {
      if (opened.readyState === CLOSED && !state.isDisplaced) {
        schedule(openAgain, state.waitMs);
        state.waitMs = Math.min(state.waitMs * 2, LONGEST_WAIT_MS);
      }
    });
    return opened;
  }

  /** A new source knows no number to go on from. */
  function openAgain(): void {
    if (state.isOver) {
      return;
    }
    state.isDisplaced = false;
    source = open();
    source.addEventListener('open', onGap, { once: true });
  }

  return {
    /** The window is looked at again: it takes its place back. */
    wake(): void {
      if (state.isDisplaced) {
        openAgain();
      }
    },
    /** Now and then: a window that has heard nothing since reads by itself, whatever the reason. */
    tick(): void {
      if (state.isQuiet) {
        onGap();
      }
      state.isQuiet = true;
    },
    close(): void {
      state.isOver = true;
      source.close();
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
