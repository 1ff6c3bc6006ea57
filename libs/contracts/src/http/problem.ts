import { z } from 'zod';

/** RFC 9457 body of every refused request; the UI maps code and reason to text. */
export const problem = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  reason: z.string().optional(),
  detail: z.string().optional(),
  traceId: z.string().optional(),
  errors: z.array(z.object({ pointer: z.string(), reason: z.string() })).optional(),
});
export type Problem = z.infer<typeof problem>;
