/**
 * Loaded by `node --import @tokometrics/kit/telemetry`, before anything that it patches: modules that
 * were imported earlier stay unpatched, in silence.
 */
import { register } from 'import-in-the-middle/register-hooks.mjs';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { KafkaJsInstrumentation } from '@opentelemetry/instrumentation-kafkajs';
import { MongooseInstrumentation } from '@opentelemetry/instrumentation-mongoose';
import { NodeSDK } from '@opentelemetry/sdk-node';
import type { SpanProcessor } from '@opentelemetry/sdk-trace';
import { scrubbing } from './scrub-span.ts';

register({
  include: ['express', 'kafkajs', 'mongoose', 'http', 'https', 'node:http', 'node:https'],
});

const endpoint = process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? '';
const isExported = endpoint !== '';

// Without an exporter spans are not recorded, but ids are still made and passed on.
if (!isExported) {
  process.env['OTEL_TRACES_SAMPLER'] ??= 'parentbased_always_off';
}

const discard: SpanProcessor = {
  onStart: () => undefined,
  onEnd: () => undefined,
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
};

const OPS_PATHS = new Set(['/metrics', '/livez', '/readyz', '/startupz']);

const sdk = new NodeSDK({
  serviceName: process.env['OTEL_SERVICE_NAME'] ?? 'tokometrics',
  // Host names and command lines say more than a trace needs.
  autoDetectResources: false,
  // Metrics are scraped and logs go to stdout: nothing else is sent anywhere.
  metricReaders: [],
  logRecordProcessors: [],
  ...(isExported
    ? { traceExporter: scrubbing(new OTLPTraceExporter()) }
    : { spanProcessors: [discard] }),
  instrumentations: [
    new HttpInstrumentation({
      ignoreIncomingRequestHook: ({ url }) => OPS_PATHS.has(url ?? ''),
    }),
    new ExpressInstrumentation(),
    new KafkaJsInstrumentation(),
    new MongooseInstrumentation(),
  ],
});
sdk.start();

// Read by createKafka, which warns when it was loaded before this file, and by runService, which
// lets the last spans leave before the process exits.
Reflect.set(globalThis, Symbol.for('tokometrics.telemetry'), {
  shutdown: () => sdk.shutdown().catch(() => undefined),
});
