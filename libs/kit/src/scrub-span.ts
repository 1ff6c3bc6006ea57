import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';

// Paths hold what somebody typed and queries TikTok's signature and key (the route is told as a
// pattern); client addresses are personal, statements quote values.
const DROPPED = new Set([
  'url.full',
  'url.path',
  'url.query',
  'http.url',
  'http.target',
  'client.address',
  'client.port',
  'network.peer.address',
  'network.peer.port',
  'net.peer.ip',
  'http.client_ip',
  'user_agent.original',
  'http.user_agent',
  'db.statement',
  'db.query.text',
  'exception.message',
  'exception.stacktrace',
]);

function scrubAttributes(attributes: Record<string, unknown>): void {
  for (const key of Object.keys(attributes)) {
    if (DROPPED.has(key)) {
      Reflect.deleteProperty(attributes, key);
    }
  }
}

/** The last door before a span leaves the process, whichever instrumentation made it. */
function scrubSpan(span: ReadableSpan): ReadableSpan {
  scrubAttributes(span.attributes);
  for (const event of span.events) {
    scrubAttributes(event.attributes ?? {});
  }
  // Messages of errors may quote what failed; the code says that it did.
  span.status.message = '';
  return span;
}

export function scrubbing(exporter: SpanExporter): SpanExporter {
  return {
    export: (spans, done) => {
      exporter.export(spans.map(scrubSpan), done);
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  };
}
