import { defineRoute, noAudit } from '@tokometrics/kit';
import type { Route } from '@tokometrics/kit';
import { z } from 'zod';

/** Coarse on purpose: no host, no cause. */
export function getHealth(isUp: () => boolean): Route {
  return defineRoute({
    method: 'get',
    path: '/api/v1/health',
    summary: 'Whether the product answers',
    response: { status: 200, schema: z.object({ status: z.enum(['up', 'degraded']) }) },
    errors: [],
    auth: 'anonymous',
    audit: noAudit('public and coarse'),
    handle: () => ({ status: isUp() ? ('up' as const) : ('degraded' as const) }),
  });
}
