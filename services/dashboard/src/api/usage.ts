import { z } from 'zod';
import type { usageVisit } from '@tokometrics/contracts';
import { call } from './client.ts';

/** Outlives the page that sends it. */
export const sendUsage = (events: z.infer<typeof usageVisit>[]) =>
  call(z.undefined(), '/usage', { method: 'POST', body: { events }, keepalive: true });
