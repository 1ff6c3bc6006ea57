import kafkajs from 'kafkajs';
import type { logCreator } from 'kafkajs';
import type { Logger } from '../logging.ts';

const KEPT = ['groupId', 'topic', 'partition', 'broker', 'retryCount'] as const;
const QUIET_MS = 30_000;

/**
 * kafkajs calls every refused connection an error, although it retries by itself: one warning per
 * half minute is enough. Only named fields are kept, since others may hold whole requests.
 */
export function createKafkajsLog(log: Logger): logCreator {
  let warnedAt = Number.NEGATIVE_INFINITY;

  return () =>
    ({ level, namespace, log: entry }) => {
      const fields: Record<string, unknown> = { namespace, detail: entry.message };
      for (const key of KEPT) {
        if (entry[key] !== undefined) {
          fields[key] = entry[key];
        }
      }
      const now = performance.now();
      if (level === kafkajs.logLevel.ERROR && now - warnedAt > QUIET_MS) {
        warnedAt = now;
        log.warn(fields, 'kafka client reports a failure');
      } else {
        log.debug(fields, 'kafka client reports');
      }
    };
}
