import { POLICY, policyReply } from '@tokometrics/contracts';
import { canonicalJson, defineRoute, noAudit, sha256Hex } from '@tokometrics/kit';
import type { Route } from '@tokometrics/kit';

export function getPolicy(): Route {
  const { version, effectiveAt, sections } = POLICY;
  const answer = {
    version,
    effectiveAt,
    sha256: sha256Hex(canonicalJson(POLICY)),
    sections: sections.map(({ id, title, paragraphs }) => ({
      id,
      title,
      paragraphs: [...paragraphs],
    })),
  };
  return defineRoute({
    method: 'get',
    path: '/v1/policies',
    summary: 'The privacy policy in force, clause by clause',
    response: { status: 200, schema: policyReply },
    errors: [],
    auth: 'anonymous',
    audit: noAudit('public'),
    cacheControl: 'public, max-age=300',
    handle: () => answer,
  });
}
