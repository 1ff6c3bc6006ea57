import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tokometrics/testkit';
import { loadAsDemo } from './support/demo-merchant.ts';
import { startSpanReceiver } from './support/span-receiver.ts';
import type { ReceivedSpan, SpanReceiver } from './support/span-receiver.ts';
import { startSystem } from './support/start-system.ts';
import type { System } from './support/start-system.ts';

const describeSteps = (steps: readonly ReceivedSpan[]): string[] =>
  steps.map(({ service, name }) => `${service}: ${name}`);

const describeAll = (traces: readonly (readonly ReceivedSpan[])[]): string =>
  traces.map((steps) => describeSteps(steps).join(' > ')).join('; ');

describe('the trace of a page of orders', () => {
  let system: System;
  let receiver: SpanReceiver;

  beforeAll(async () => {
    receiver = await startSpanReceiver();
    system = await startSystem({
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_BSP_SCHEDULE_DELAY: '500' },
    });
    await loadAsDemo(system);
  }, 240_000);

  afterAll(async () => {
    await receiver.stop();
    await system.stop();
  }, 60_000);

  /** From the span itself up to the first of its trace. */
  function ancestry(span: ReceivedSpan): ReceivedSpan[] {
    const parent = receiver
      .spans()
      .find(({ traceId, spanId }) => traceId === span.traceId && spanId === span.parentSpanId);
    return [span, ...(parent === undefined ? [] : ancestry(parent))];
  }

  it('runs from the call to TikTok through both hops of Kafka to the insert', async () => {
    const steps = await eventually(
      () => {
        const traces = receiver
          .spans()
          .filter(
            ({ name, attributes }) =>
              name === 'clickhouse insert' && attributes['db.collection.name'] === 'orders',
          )
          .map((insert) => ancestry(insert).toReversed());
        const found = traces.find(
          ([first]) => first?.attributes['tiktok.call'] === 'orders.search',
        );
        if (found === undefined) {
          throw new Error(`no insert of orders begins at the call, but ${describeAll(traces)}`);
        }
        return found;
      },
      { timeoutMs: 20_000, everyMs: 500 },
    );
    const [first] = steps;

    expect(describeSteps(steps)).toEqual([
      'connector: page read',
      'connector: kafka send',
      'ingestion: chunk process',
      'ingestion: kafka send',
      'analytics: chunk process',
      'analytics: clickhouse insert',
    ]);
    expect(first?.parentSpanId).toBe('');
    expect(new Set(steps.map(({ traceId }) => traceId)).size).toBe(1);
    const call = receiver.spans().find(({ parentSpanId }) => parentSpanId === first?.spanId);
    expect(call).toMatchObject({ service: 'connector', name: 'tiktok.call' });
  }, 30_000);
});
