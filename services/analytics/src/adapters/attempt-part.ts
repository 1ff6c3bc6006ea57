import type { Logger } from '@tokometrics/kit';
import type { AuditDeps } from '../domain/nightly-audit.ts';

/** One month that is too much for the store, or ill, hides nothing of the others. */
export const attemptPart =
  (log: Logger): AuditDeps['attempt'] =>
  async (part, work) => {
    try {
      return await work();
    } catch (error) {
      log.error({ err: error, ...part }, 'a part of the nightly audit could not be done');
      return undefined;
    }
  };
