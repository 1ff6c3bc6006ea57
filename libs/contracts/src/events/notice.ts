import { z } from 'zod';
import { requestId, shopKey } from '../ids.ts';
import { resource } from '../resources.ts';
import { instant, localDate } from '../time.ts';

/** What a page should read again: ids and instants, never figures. */
export const notice = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('watermark'),
    shopKey,
    resource,
    completeThrough: instant,
  }),
  z.object({
    kind: z.literal('invalidate'),
    shopKey,
    resources: z.array(resource),
    days: z.array(localDate).max(800),
  }),
  z.object({ kind: z.literal('sync.progress'), shopKey }),
  z.object({ kind: z.literal('privacy.progress'), shopKey, requestId }),
]);
export type Notice = z.infer<typeof notice>;
