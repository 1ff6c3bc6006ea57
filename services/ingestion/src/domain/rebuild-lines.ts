import type { RebuildResult } from './rebuild.ts';

const EVERY_MS = 2_000;

/** A line every two seconds: how much is done, and at what pace since this run began. */
export function createProgress(monotonicMs: () => number, say: (line: string) => void) {
  let begun: { readonly at: number; readonly done: number } | undefined;
  let toldAt = 0;
  return (done: number, total: number): void => {
    const at = monotonicMs();
    if (begun === undefined) {
      begun = { at, done };
      toldAt = at;
      return;
    }
    if (at - toldAt < EVERY_MS) {
      return;
    }
    toldAt = at;
    const share = total === 0 ? 100 : Math.min(100, Math.floor((100 * done) / total));
    const pace = Math.round((1_000 * (done - begun.done)) / (at - begun.at));
    say(
      `${String(done)} of ${String(total)} archived events (${String(share)} %), ${String(pace)}/s`,
    );
  };
}

/** What a person needs to know afterwards: numbers, and reasons from a closed list. */
export function summaryOf(result: RebuildResult): string[] {
  const { rev, done, sent, expired, refused, wasResumed } = result;
  const refusals = [...refused].map(
    ([reason, count]) => `refused as ${reason}: ${String(count)}; their facts stay as they were`,
  );
  return [
    ...(wasResumed
      ? [`went on with revision ${String(rev)}, where a run before it had stopped`]
      : []),
    `revision ${String(rev)}: ${String(done)} archived events read, ${String(sent)} facts sent by this run, ${String(expired)} expired`,
    ...refusals.sort(),
  ];
}
