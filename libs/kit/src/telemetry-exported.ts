import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { scrubbing } from './scrub-span.ts';

/** Spans leave over OTLP/HTTP; the standard OTEL_* settings are read by the SDK. */
export function startExported(instrumentations: Instrumentation[]): () => Promise<void> {
  const sdk = new NodeSDK({
    serviceName: process.env['OTEL_SERVICE_NAME'] ?? 'tokometrics',
    // Host names and command lines say more than a trace needs.
    autoDetectResources: false,
    // Metrics are scraped and logs go to stdout: nothing else is sent anywhere.
    metricReaders: [],
    logRecordProcessors: [],
    traceExporter: scrubbing(new OTLPTraceExporter()),
    instrumentations,
  });
  sdk.start();
  return () => sdk.shutdown();
}
