export type LetterFate = 'redriven' | 'fenced' | 'unreadable' | 'skipped';
type LetterCounts = Readonly<Record<LetterFate, number>>;
/** By reason, as the letters tell it. */
export type RedriveReport = ReadonlyMap<string, LetterCounts>;

const FATES = ['redriven', 'fenced', 'unreadable', 'skipped'] as const;
const NONE: LetterCounts = { redriven: 0, fenced: 0, unreadable: 0, skipped: 0 };

export function createTally() {
  const counts = new Map<string, Record<LetterFate, number>>();
  return {
    report: counts satisfies RedriveReport,
    add: (reason: string, fate: LetterFate): void => {
      const ofReason = counts.get(reason) ?? { ...NONE };
      ofReason[fate] += 1;
      counts.set(reason, ofReason);
    },
  };
}

/** A table for a person: reasons are codes, and all else is numbers. */
export function tableOf(report: RedriveReport, isDryRun: boolean): string[] {
  const total = { ...NONE };
  const rows = [...report].sort(([one], [other]) => one.localeCompare(other));
  for (const [, counts] of rows) {
    for (const fate of FATES) {
      total[fate] += counts[fate];
    }
  }
  const heads = FATES.map((fate) => (isDryRun && fate === 'redriven' ? 'would go' : fate));
  const line = (name: string, cells: readonly (string | number)[]): string =>
    [name.padEnd(24), ...cells.map((cell) => String(cell).padStart(11))].join('').trimEnd();
  return [
    line('reason', heads),
    ...rows.map(([reason, counts]) =>
      line(
        reason,
        FATES.map((fate) => counts[fate]),
      ),
    ),
    line(
      'all',
      FATES.map((fate) => total[fate]),
    ),
  ];
}
