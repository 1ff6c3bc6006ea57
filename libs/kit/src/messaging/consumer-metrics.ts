import type { Metrics } from '../metrics.ts';

export interface ConsumerMetrics {
  consumed(group: string, count: number): void;
  settled(group: string, outcome: string, reason: string, count: number): void;
  handled(group: string, durationMs: number): void;
  chunkRetried(group: string, reason: string): void;
  sent(count: number, outcome: 'ok' | 'failed'): void;
}

// Reasons come from code, not from data; should one not, the label set still stays small.
const MAX_REASONS = 60;

export function createConsumerMetrics(metrics: Metrics): ConsumerMetrics {
  const reasons = new Set<string>();
  const bounded = (reason: string): string => {
    if (reasons.size < MAX_REASONS) {
      reasons.add(reason);
    }
    return reasons.has(reason) ? reason : 'other';
  };
  const consumed = metrics.counter({
    name: 'messages_consumed_total',
    help: 'Records fetched into the queues of a consumer group.',
    labels: ['group'],
  });
  const settled = metrics.counter({
    name: 'messages_settled_total',
    help: 'Records by what became of them: done, skip, retry (passed to the ladder) or park.',
    labels: ['group', 'outcome', 'reason'],
  });
  const handled = metrics.histogram({
    name: 'message_handling_seconds',
    help: 'Time from taking a record or chunk to its settlement, retries in place included.',
    labels: ['group'],
  });
  const chunkRetries = metrics.counter({
    name: 'chunk_retries_total',
    help: 'Chunks that were not taken and are tried again.',
    labels: ['group', 'reason'],
  });
  const sent = metrics.counter({
    name: 'messages_sent_total',
    help: 'Records given to the producer by outcome.',
    labels: ['outcome'],
    zero: [{ outcome: 'ok' }, { outcome: 'failed' }],
  });

  return {
    consumed: (group, count) => {
      consumed.inc({ group }, count);
    },
    settled: (group, outcome, reason, count) => {
      settled.inc({ group, outcome, reason: bounded(reason) }, count);
    },
    handled: (group, durationMs) => {
      handled.observe({ group }, durationMs / 1_000);
    },
    chunkRetried: (group, reason) => {
      chunkRetries.inc({ group, reason: bounded(reason) });
    },
    sent: (count, outcome) => {
      sent.inc({ outcome }, count);
    },
  };
}
