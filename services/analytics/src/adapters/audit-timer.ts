import type { Lifecycled, Logger } from '@tokometrics/kit';
import { runAudit } from '../domain/run-audit.ts';
import type { RunAuditDeps } from '../domain/run-audit.ts';

const EVERY_MS = 10 * 60_000;

/** Looks every ten minutes whether an audit is due; a failed one is told, and due the next night. */
export function createAuditTimer(deps: Omit<RunAuditDeps, 'signal'>, log: Logger): Lifecycled {
  const stopping = new AbortController();
  const { signal } = stopping;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const look = (): void => {
    running = running
      .then(() => runAudit({ ...deps, signal }))
      .catch((error: unknown) => {
        if (!signal.aborted) {
          log.error({ err: error }, 'the audit of the figures could not be done');
        }
      });
  };
  return {
    name: 'audit',
    start: () => {
      look();
      timer = setInterval(look, EVERY_MS);
      return Promise.resolve();
    },
    stop: async () => {
      clearInterval(timer);
      stopping.abort();
      await running;
    },
  };
}
