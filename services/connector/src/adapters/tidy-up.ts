import type { Logger } from '@tokometrics/kit';
import { settle } from '../domain/settle.ts';

/** Work that comes again by itself: the first failure of a row of them is said, and their end. */
export function createTidyUp(log: Pick<Logger, 'info' | 'warn'>) {
  const failing = new Set<string>();
  return async (what: string, work: () => Promise<void>): Promise<void> => {
    const done = await settle(work());
    if (!done.ok && !failing.has(what)) {
      failing.add(what);
      log.warn({ err: done.error, what }, 'tidying up failed; it is tried again by itself');
    }
    if (done.ok && failing.delete(what)) {
      log.info({ what }, 'tidying up works again');
    }
  };
}
