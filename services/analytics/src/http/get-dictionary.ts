import { DICTIONARY, dictionaryReply, METRICS } from '@tokometrics/contracts';
import { defineRoute, noAudit } from '@tokometrics/kit';
import type { Route } from '@tokometrics/kit';

export function getDictionary(): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/metrics/dictionary',
    summary: 'What each number means and how it is made',
    response: { status: 200, schema: dictionaryReply },
    errors: [],
    auth: 'anonymous',
    audit: noAudit('public definitions'),
    cacheControl: 'public, max-age=300',
    handle: () => ({
      items: METRICS.map((metric) => {
        const { name, text, formula, unit, polarity, resources, version } = DICTIONARY[metric];
        return { metric, name, text, formula, unit, polarity, resources: [...resources], version };
      }),
    }),
  });
}
