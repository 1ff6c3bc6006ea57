import kafkajs from 'kafkajs';
import type { logCreator } from 'kafkajs';
import type { Logger } from '../logging.ts';

const KEPT = [
  'groupId',
  'memberId',
  'topic',
  'partition',
  'broker',
  'error',
  'retryCount',
] as const;

/**
 * kafkajs calls every refused connection an error, although it retries by itself: its errors are
 * warnings here, and only named fields are kept, since others may hold whole requests.
 */
export function createKafkajsLog(log: Logger): logCreator {
  return () =>
    ({ level, namespace, log: entry }) => {
      const fields: Record<string, unknown> = { namespace, detail: entry.message };
      for (const key of KEPT) {
        if (entry[key] !== undefined) {
          fields[key] = entry[key];
        }
      }
      if (level === kafkajs.logLevel.ERROR) {
        log.warn(fields, 'kafka client reports a failure');
      } else {
        log.debug(fields, 'kafka client reports');
      }
    };
}
