import { auditRollups } from './nightly-audit.ts';
import type { AuditDeps, AuditReport } from './nightly-audit.ts';
import type { DoubtfulChunk } from './chunk-audit.ts';

export interface NightReport extends AuditReport {
  readonly doubtful: readonly DoubtfulChunk[];
}

/** What is kept of the newest audit: counts alone, the same for every instance. */
export interface LastAudit {
  readonly startedAt: Date;
  /** null: under way, or broken off; the counts are those of the one before. */
  readonly finishedAt: Date | null;
  readonly slices: number;
  readonly repaired: number;
  readonly differing: number;
  readonly doubtful: number;
  readonly failed: number;
}

export interface AuditJournal {
  /**
   * True for the one caller that is to do the audit: the one that was due before this instant, or once
   * more one that failed before it could look at anything and ended before `againBefore`.
   */
  readonly claim: (dueBefore: Date, againBefore: Date, at: Date) => Promise<boolean>;
  readonly finish: (report: NightReport, at: Date) => Promise<void>;
  readonly last: () => Promise<LastAudit | undefined>;
}

export interface RunAuditDeps extends AuditDeps {
  readonly now: () => Date;
  readonly journal: AuditJournal;
  /** Among those of the last two days, so that each is told of once more than it must be, and not for ever. */
  readonly doubtfulChunks: () => Promise<readonly DoubtfulChunk[]>;
  readonly onReport: (report: NightReport) => void;
  /** Whoever did it: an instance that audited once must not tell of that night for ever. */
  readonly onLast: (last: LastAudit) => void;
}

const DAY_MS = 86_400_000;
const AGAIN_MS = 3_600_000;
/** 02:00 UTC, when the shops of Asia are at breakfast and those of America in bed. */
const HOUR_OF_NIGHT_MS = 2 * 3_600_000;

/** The last instant, not after now, at which an audit was due. */
function lastNight(now: Date): Date {
  const days = Math.floor((now.getTime() - HOUR_OF_NIGHT_MS) / DAY_MS);
  return new Date(days * DAY_MS + HOUR_OF_NIGHT_MS);
}

/**
 * To be called often; once a night it audits, and each time it tells of the last one. One that was broken off is
 * done the next night, one that could not look at anything an hour later.
 */
export async function runAudit(deps: RunAuditDeps): Promise<void> {
  const now = deps.now();
  const againBefore = new Date(now.getTime() - AGAIN_MS);
  if (await deps.journal.claim(lastNight(now), againBefore, now)) {
    const figures = await auditRollups(deps);
    const doubtful = await deps.attempt({ of: 'chunks' }, () => deps.doubtfulChunks());
    const failed = figures.failed + (doubtful === undefined ? 1 : 0);
    const report = { ...figures, doubtful: doubtful ?? [], failed };
    deps.onReport(report);
    await deps.journal.finish(report, deps.now());
  }
  const last = await deps.journal.last();
  if (last !== undefined) {
    deps.onLast(last);
  }
}
