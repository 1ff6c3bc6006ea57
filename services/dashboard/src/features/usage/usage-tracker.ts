import { usagePage } from '@tokometrics/contracts';
import type { UsageFeature, UsagePage, usageVisit } from '@tokometrics/contracts';
import type { z } from 'zod';

export type Visit = z.infer<typeof usageVisit>;

export interface TrackerOptions {
  /** What cannot be sent is forgotten: nothing of the product waits for it. */
  readonly send: (visits: Visit[]) => Promise<unknown>;
  /** Called when there will be something to send: what sending needs is there before the window goes. */
  readonly prepare: () => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface UsageTracker {
  /** Another page is shown; undefined for one that is not told of. */
  enter(page: UsagePage | undefined): void;
  use(feature: UsageFeature): void;
  /** The window is out of sight: its time ends, and what is known is sent, since it may not come back. */
  hide(): void;
  show(): void;
}

const AT_ONCE = 5;
const DAY_S = 86_400;

/** The pattern of a route, as it may be told; other patterns are nobody's business. */
export function pageOf(pattern: string | undefined): UsagePage | undefined {
  return usagePage.safeParse(pattern).data;
}

/** Which pages are looked at, for how long, and which features are used on them. */
export function createUsageTracker({ send, prepare, now }: TrackerOptions): UsageTracker {
  let page: UsagePage | undefined;
  let enteredAt: number | undefined;
  let waiting: Visit[] = [];

  const flush = (): void => {
    const visits = waiting;
    waiting = [];
    if (visits.length > 0) {
      send(visits).catch(() => undefined);
    }
  };
  const leave = (): void => {
    if (page !== undefined && enteredAt !== undefined) {
      const seconds = Math.min(DAY_S, Math.max(0, Math.round((now() - enteredAt) / 1000)));
      waiting.push({ page, enteredAt: new Date(enteredAt).toISOString(), seconds });
    }
    enteredAt = undefined;
  };

  return {
    enter: (next) => {
      if (next === page && enteredAt !== undefined) {
        return;
      }
      leave();
      page = next;
      enteredAt = next === undefined ? undefined : now();
      if (next !== undefined) {
        prepare();
      }
      if (next === undefined || waiting.length >= AT_ONCE) {
        flush();
      }
    },
    use: (feature) => {
      if (page !== undefined) {
        const at = new Date(now()).toISOString();
        waiting.push({ page, feature, enteredAt: at, seconds: 0 });
      }
    },
    hide: () => {
      leave();
      flush();
    },
    show: () => {
      enteredAt ??= page === undefined ? undefined : now();
    },
  };
}
