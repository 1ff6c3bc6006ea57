/** Started with the telemetry file: says what a span is like and whether the client of MongoDB is patched. */
import mongoose from 'mongoose';
import { currentTraceId, injectTrace, withSpan } from './tracing.ts';

await withSpan('probe', {}, (span) => {
  const line = {
    traceId: currentTraceId(),
    passedOn: injectTrace({})['traceparent'],
    isRecorded: span.isRecording(),
    isMongoosePatched: '__wrapped' in mongoose.Query.prototype.exec,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  return Promise.resolve();
});
process.exit(0);
