import type { Logger, Metrics } from '@tokometrics/kit';
import { FATES } from '../domain/chunk-counts.ts';
import type { ChunkCounts } from '../domain/chunk-counts.ts';
import type { LastAudit, NightReport } from '../domain/run-audit.ts';
import type { PassReport } from './clickhouse-reroll.ts';

export function countRecords(
  metrics: Metrics,
  topics: readonly string[],
): (counts: readonly ChunkCounts[]) => void {
  const records = metrics.counter({
    name: 'records_total',
    help: 'Fact records by what became of them; those consumed are the sum of all others',
    labels: ['outcome', 'topic'],
    zero: topics.flatMap((topic) => ['consumed', ...FATES].map((outcome) => ({ outcome, topic }))),
  });
  return (counts) => {
    for (const { topic, consumed, byFate } of counts) {
      records.inc({ outcome: 'consumed', topic }, consumed);
      FATES.forEach((fate) => {
        records.inc({ outcome: fate, topic }, byFate[fate]);
      });
    }
  };
}

export function countReads(metrics: Metrics): (from: 'memory' | 'store') => void {
  const reads = metrics.counter({
    name: 'figure_reads_total',
    help: 'Questions for figures by where their answer came from',
    labels: ['from'],
    zero: [{ from: 'memory' }, { from: 'store' }],
  });
  return (from) => {
    reads.inc({ from }, 1);
  };
}

/** What the last audit found, whichever instance did it. */
export function showAudits(metrics: Metrics): (last: LastAudit) => void {
  const differing = metrics.gauge({
    name: 'audit_differing_buckets',
    help: 'Buckets whose figures are not what the base tables say, after they were rolled again',
  });
  const doubtful = metrics.gauge({
    name: 'audit_doubtful_chunks',
    help: 'Chunks of the last two days whose records were counted otherwise before, or twice',
  });
  const failed = metrics.gauge({
    name: 'audit_failed_parts',
    help: 'Parts of the last audit that could not be done',
  });
  const finished = metrics.gauge({
    name: 'audit_finished_timestamp_seconds',
    help: 'When the last audit ended',
  });
  return (last) => {
    if (last.finishedAt !== null) {
      differing.set(last.differing);
      doubtful.set(last.doubtful);
      failed.set(last.failed);
      finished.set(last.finishedAt.getTime() / 1000);
    }
  };
}

export function reportAudits(metrics: Metrics, log: Logger): (report: NightReport) => void {
  const repaired = metrics.counter({
    name: 'audit_repaired_buckets_total',
    help: 'Buckets that an audit found different and that a pass put right',
  });
  return (report) => {
    repaired.inc(report.repaired);
    const counts = { slices: report.slices, repaired: report.repaired };
    for (const bucket of report.differing.slice(0, 20)) {
      log.error({ ...bucket }, 'a figure stays other than its rows say');
    }
    for (const chunk of report.doubtful.slice(0, 20)) {
      log.error({ ...chunk }, 'records of a log were counted otherwise before, or twice');
    }
    const found = {
      ...{ differing: report.differing.length, doubtful: report.doubtful.length },
      failed: report.failed,
    };
    log.info({ ...counts, ...found }, 'the figures were audited');
  };
}

export function observePasses(metrics: Metrics): (report: PassReport) => void {
  const seconds = metrics.histogram({ name: 'reroll_seconds', help: 'Time of a re-roll pass' });
  const buckets = metrics.counter({ name: 'reroll_buckets_total', help: 'Buckets rolled up anew' });
  const rounds = metrics.counter({
    name: 'reroll_rounds_total',
    help: 'Rounds of re-roll and proof; more than one per pass means concurrent writers',
  });
  return (report) => {
    seconds.observe(report.ms / 1000);
    buckets.inc(report.buckets);
    rounds.inc(report.rounds);
  };
}
