/**
 * Loaded by `node --import @tokometrics/kit/telemetry`, before anything that it patches: modules that
 * were imported earlier stay unpatched, in silence.
 */
import { register } from 'import-in-the-middle/register-hooks.mjs';
import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { MongooseInstrumentation } from '@opentelemetry/instrumentation-mongoose';

register({
  include: ['express', 'mongoose', 'http', 'https', 'node:http', 'node:https'],
});

const OPS_PATHS = new Set(['/metrics', '/livez', '/readyz', '/startupz']);

// None for kafkajs: its spans are one per record, and those that the messaging part makes tell more.
const instrumentations = [
  new HttpInstrumentation({
    ignoreIncomingRequestHook: ({ url }) => OPS_PATHS.has(url ?? ''),
  }),
  new ExpressInstrumentation(),
  new MongooseInstrumentation(),
];

const isExported = (process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? '') !== '';
// Only one of the two is loaded: the exporting one brings the whole SDK.
const shutdown = isExported
  ? (await import('./telemetry-exported.ts')).startExported(instrumentations)
  : (await import('./telemetry-ids.ts')).startIdsOnly(instrumentations);

// Read by createMongo, which warns when it was loaded before this file, and by runService, which
// lets the last spans leave before the process exits.
Reflect.set(globalThis, Symbol.for('tokometrics.telemetry'), {
  shutdown: () => shutdown().catch(() => undefined),
});
