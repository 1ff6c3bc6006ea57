import { describe, expect, it } from '@jest/globals';
import { createProgress, summaryOf } from './rebuild-lines.ts';

describe('createProgress', () => {
  it('says every two seconds how much is done and at what pace', () => {
    const said: string[] = [];
    let nowMs = 0;
    const tell = createProgress(
      () => nowMs,
      (line) => said.push(line),
    );
    for (const [at, done] of [
      [0, 250],
      [1_000, 500],
      [2_500, 1_250],
      [3_000, 1_500],
      [5_000, 2_250],
    ] as const) {
      nowMs = at;
      tell(done, 10_000);
    }

    expect(said).toEqual([
      '1250 of 10000 archived events (12 %), 400/s',
      '2250 of 10000 archived events (22 %), 400/s',
    ]);
  });
});

describe('summaryOf', () => {
  it('tells revision, numbers and what was refused', () => {
    expect(
      summaryOf({
        ...{ rev: 3, done: 10, total: 10, sent: 7, expired: 1, wasResumed: true },
        refused: new Map([
          ['schema', 1],
          ['range', 1],
        ]),
      }),
    ).toEqual([
      'went on with revision 3, where a run before it had stopped',
      'revision 3: 10 archived events read, 7 facts sent by this run, 1 expired',
      'refused as range: 1; their facts stay as they were',
      'refused as schema: 1; their facts stay as they were',
    ]);
  });
});
