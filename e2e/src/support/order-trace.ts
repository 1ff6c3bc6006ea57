import { eventually } from '@tokometrics/testkit';
import type { ReceivedSpan, SpanReceiver } from './span-receiver.ts';

export const describeSteps = (steps: readonly ReceivedSpan[]): string[] =>
  steps.map(({ service, name }) => `${service}: ${name}`);

/** From the span itself up to the first of its trace. */
function ancestry(spans: readonly ReceivedSpan[], span: ReceivedSpan): ReceivedSpan[] {
  const parent = spans.find(
    ({ traceId, spanId }) => traceId === span.traceId && spanId === span.parentSpanId,
  );
  return [span, ...(parent === undefined ? [] : ancestry(spans, parent))];
}

/** The steps of one page of orders that reached ClickHouse, first to last; waits for them. */
export async function traceOfOrders(receiver: SpanReceiver): Promise<readonly ReceivedSpan[]> {
  return eventually(
    () => {
      const spans = receiver.spans();
      const traces = spans
        .filter(
          ({ name, attributes }) =>
            name === 'clickhouse insert' && attributes['db.collection.name'] === 'orders',
        )
        .map((insert) => ancestry(spans, insert).toReversed());
      const found = traces.find(([first]) => first?.attributes['tiktok.call'] === 'orders.search');
      if (found === undefined) {
        const seen = traces.map((steps) => describeSteps(steps).join(' > ')).join('; ');
        throw new Error(`no insert of orders begins at the call, but ${seen}`);
      }
      return found;
    },
    { timeoutMs: 20_000, everyMs: 500 },
  );
}
