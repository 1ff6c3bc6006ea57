import { describe, expect, it } from '@jest/globals';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import { scrubbing } from './scrub-span.ts';

const TYPED = 'what somebody typed';

function exported(span: object): unknown {
  let seen: unknown;
  const exporter: SpanExporter = {
    export: (spans) => {
      [seen] = spans;
    },
    shutdown: () => Promise.resolve(),
  };
  scrubbing(exporter).export([span as ReadableSpan], () => undefined);
  return seen;
}

describe('a span that leaves the process', () => {
  it.each(['url.full', 'url.path', 'url.query', 'http.url', 'http.target', 'db.query.text'])(
    'does not tell %s',
    (key) => {
      const span = {
        attributes: { [key]: `/v1/orders/${TYPED}`, 'http.route': '/v1/orders/:orderId' },
        events: [{ attributes: { 'exception.message': TYPED, 'exception.type': 'Error' } }],
        status: { code: 2, message: TYPED },
      };

      expect(exported(span)).toEqual({
        attributes: { 'http.route': '/v1/orders/:orderId' },
        events: [{ attributes: { 'exception.type': 'Error' } }],
        status: { code: 2, message: '' },
      });
    },
  );
});
