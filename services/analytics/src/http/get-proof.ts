import { proofQuery, proofReply } from '@tokometrics/contracts';
import { defineRoute, noAudit } from '@tokometrics/kit';
import type { Route } from '@tokometrics/kit';
import { readProof } from '../domain/read-proof.ts';
import type { ProofDeps } from '../domain/read-proof.ts';

export function getProof(deps: ProofDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/metrics/proof',
    summary: 'The rows behind one number',
    query: proofQuery,
    response: { status: 200, schema: proofReply },
    errors: [
      'request.invalid',
      'resource.not_found',
      'request.unacceptable',
      'upstream.unavailable',
    ],
    auth: { roles: ['owner'] },
    audit: noAudit('read of own data'),
    handle: ({ query, passport }) => readProof(deps, passport.merchantId, query),
  });
}
