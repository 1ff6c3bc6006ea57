import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Attributes, Span } from '@opentelemetry/api';

const TRACER = '@tokometrics/kit';

async function inSpan<T>(span: Span, fn: (span: Span) => Promise<T>): Promise<T> {
  return context.with(trace.setSpan(context.active(), span), async () => {
    try {
      return await fn(span);
    } catch (error) {
      // The kind of failure only: a message may quote what it failed on.
      const name = error instanceof Error ? error.name : 'unknown';
      span.setStatus({ code: SpanStatusCode.ERROR, message: name });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Attributes come from closed sets and opaque ids: no URL, body, address or token. */
export function withSpan<T>(
  name: string,
  attributes: Attributes,
  fn: (span: Span) => Promise<T>,
): Promise<T> {
  return inSpan(trace.getTracer(TRACER).startSpan(name, { attributes }), fn);
}

/** A copy of the headers with the W3C context of the caller. */
export function injectTrace(headers: Readonly<Record<string, string>>): Record<string, string> {
  const carrier = { ...headers };
  propagation.inject(context.active(), carrier);
  return carrier;
}

/** Runs under the trace that the headers carry, in a span of its own when a name is given. */
export function runInTrace<T>(
  headers: Readonly<Record<string, string>>,
  fn: () => Promise<T>,
  span?: { readonly name: string; readonly attributes?: Attributes },
): Promise<T> {
  const parent = propagation.extract(context.active(), headers);
  if (span === undefined) {
    return context.with(parent, fn);
  }
  const started = trace
    .getTracer(TRACER)
    .startSpan(span.name, { kind: SpanKind.CONSUMER, attributes: span.attributes ?? {} }, parent);
  return context.with(parent, () => inSpan(started, fn));
}

/** undefined outside of any trace. */
export function currentTraceId(): string | undefined {
  const id = trace.getSpanContext(context.active())?.traceId;
  return id === undefined || /^0+$/.test(id) ? undefined : id;
}
