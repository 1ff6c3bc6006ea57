import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { Attributes, Context, Link, Span } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';

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

/** For work that goes on long after the request that began it: a trace of its own. */
export function withNewTrace<T>(
  name: string,
  attributes: Attributes,
  fn: (span: Span) => Promise<T>,
): Promise<T> {
  return context.with(ROOT_CONTEXT, () => withSpan(name, attributes, fn));
}

/** For work that goes on for days after the request that began it: whatever it does begins anew. */
export function outsideTrace<T>(fn: () => T): T {
  return context.with(ROOT_CONTEXT, fn);
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

/** One context per trace, that of most carriers first; where equal, in the order of appearance. */
function parentsOf(carriers: readonly Readonly<Record<string, string>>[]): Context[] {
  const traces = new Map<string, { readonly from: Context; count: number }>();
  for (const headers of carriers) {
    const from = propagation.extract(ROOT_CONTEXT, headers);
    const id = trace.getSpanContext(from)?.traceId;
    const known = traces.get(id ?? '');
    if (known !== undefined) {
      known.count += 1;
    } else if (id !== undefined) {
      traces.set(id, { from, count: 1 });
    }
  }
  return [...traces.values()].sort((a, b) => b.count - a.count).map(({ from }) => from);
}

/**
 * One span for many records: it goes on in the trace that brought most of them, and links the others.
 * A chunk mostly holds what one page brought, so mostly there are no others.
 */
export function runInTraces<T>(
  carriers: readonly Readonly<Record<string, string>>[],
  span: { readonly name: string; readonly attributes?: Attributes },
  fn: () => Promise<T>,
): Promise<T> {
  const [parent = ROOT_CONTEXT, ...others] = parentsOf(carriers);
  const links = others.flatMap((other): Link[] => {
    const linked = trace.getSpanContext(other);
    return linked === undefined ? [] : [{ context: linked }];
  });
  const { name, attributes = {} } = span;
  const started = trace
    .getTracer(TRACER)
    .startSpan(name, { kind: SpanKind.CONSUMER, attributes, links }, parent);
  return context.with(parent, () => inSpan(started, fn));
}

/** The sending of records as one step of the caller's trace; what is injected within names it. */
export function withSendSpan<T>(attributes: Attributes, fn: () => Promise<T>): Promise<T> {
  const options = { kind: SpanKind.PRODUCER, attributes };
  return inSpan(trace.getTracer(TRACER).startSpan('kafka send', options), fn);
}

/** Work that several traces share belongs to none of them, and no instrumentation adds to it. */
export function withoutTrace<T>(fn: () => Promise<T>): Promise<T> {
  return context.with(suppressTracing(ROOT_CONTEXT), fn);
}

const origins = new WeakMap<object, Context>();

/** Remembers in which trace a value came about, for what is done with it later and elsewhere. */
export function markOrigin(value: object): void {
  origins.set(value, context.active());
}

export function runInOriginOf<T>(value: object | undefined, fn: () => Promise<T>): Promise<T> {
  const origin = value === undefined ? undefined : origins.get(value);
  return origin === undefined ? fn() : context.with(origin, fn);
}

/** undefined outside of any trace. */
export function currentTraceId(): string | undefined {
  const id = trace.getSpanContext(context.active())?.traceId;
  return id === undefined || /^0+$/.test(id) ? undefined : id;
}
