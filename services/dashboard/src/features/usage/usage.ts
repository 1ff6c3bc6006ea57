import { prepareUnsafe } from '../../api/client.ts';
import { sendUsage } from '../../api/usage.ts';
import { createUsageTracker } from './usage-tracker.ts';

/** Of this window. */
export const usage = createUsageTracker({
  send: sendUsage,
  prepare: prepareUnsafe,
  now: () => Date.now(),
});
