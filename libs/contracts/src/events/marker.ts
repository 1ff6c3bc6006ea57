import { z } from 'zod';
import { ver } from '../envelope.ts';
import { resource } from '../resources.ts';

export const MARKER_TYPE = 'com.tokometrics.marker.v1';

/**
 * Completeness travels with the data: written behind the records it speaks of, on the same partition.
 * axis `update`: every change of the source up to `through` has been read (live sync; gives completeThrough).
 * axis `create`: every entity created in [from, through) has been read (backfill; gives how far back history is loaded).
 * Instants are epoch seconds. A finished history is closed by a marker whose `from` is 0.
 */
export const marker = z.object({
  resource,
  axis: z.enum(['update', 'create']),
  from: z.int().min(0),
  through: z.int().min(0),
  records: z.int().min(0),
  part: z.int().min(0),
  parts: z.int().min(1),
  /**
   * Ends a sweep, which is one whole listing of what leaves it without a word: version of the sweep's
   * first reading. What stands with an older version only is gone at the source.
   */
  sweep: ver.optional(),
});
export type Marker = z.infer<typeof marker>;
