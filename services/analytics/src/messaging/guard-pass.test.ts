import { describe, expect, it } from '@jest/globals';
import type { DirtyBuckets } from '../domain/dirty-buckets.ts';
import { guardPass } from './guard-pass.ts';

const bucket = (shopKey: string, localDate: string, epoch = 1) => ({ shopKey, epoch, localDate });
const DIRTY: DirtyBuckets = {
  order: [bucket('A', '2026-03-01'), bucket('B', '2026-03-01'), bucket('B', '2026-03-01', 2)],
  settlement: [bucket('B', '2026-03-02')],
  finance: [bucket('A', '2026-03-03'), bucket('A', '2026-03-04')],
};

/** What is rolled while only these connections are open, and what the guard was asked for. */
async function rolledBy(...open: string[]) {
  const asked: string[][] = [];
  const rolled: DirtyBuckets[] = [];
  const nameOf = ({ shopKey, epoch }: { shopKey: string; epoch: number }) =>
    `${shopKey}${String(epoch)}`;
  await guardPass(
    async (scopes, write) => {
      asked.push(scopes.map(nameOf));
      await write(scopes.filter((scope) => open.includes(nameOf(scope))));
    },
    (dirty) => {
      rolled.push(dirty);
      return Promise.resolve();
    },
  )(DIRTY);
  return { asked, rolled };
}

describe('guardPass', () => {
  it('asks once for every connection of the pass, and rolls all that are open', async () => {
    const { asked, rolled } = await rolledBy('A1', 'B1', 'B2');

    expect(asked).toEqual([['A1', 'B1', 'B2']]);
    expect(rolled).toEqual([DIRTY]);
  });

  it('leaves out the days of a connection that is closed, of any kind', async () => {
    const { rolled } = await rolledBy('A1', 'B2');

    expect(rolled).toEqual([
      {
        order: [bucket('A', '2026-03-01'), bucket('B', '2026-03-01', 2)],
        settlement: [],
        finance: DIRTY.finance,
      },
    ]);
  });
});
