import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { batchesOf } from '../domain/dirty-buckets.ts';
import type { Bucket, DirtyBuckets, GuardBatch } from '../domain/dirty-buckets.ts';
import { guardPass } from './guard-pass.ts';

const bucket = (shopKey: string, localDate: string, epoch = 1) => ({ shopKey, epoch, localDate });
const DIRTY: DirtyBuckets = {
  order: [bucket('A', '2026-03-01'), bucket('B', '2026-03-01'), bucket('B', '2026-03-01', 2)],
  settlement: [bucket('B', '2026-03-02')],
  finance: [bucket('A', '2026-03-03'), bucket('A', '2026-03-04')],
};
const nameOf = ({ shopKey, epoch }: { shopKey: string; epoch: number }) =>
  `${shopKey}${String(epoch)}`;

type Roll = Parameters<GuardBatch>[1];

/** A pass whose batches are the kinds. */
const byKind =
  (roll: Roll) =>
  async ({ order, settlement, finance }: DirtyBuckets, guardBatch: GuardBatch): Promise<void> => {
    for (const batch of [order, settlement, finance]) {
      await guardBatch(batch, roll);
    }
  };

/** What is rolled while only these connections are open, and what the guard was asked for. */
async function rolledBy(...open: string[]) {
  const asked: string[][] = [];
  const rolled: (readonly Bucket[])[] = [];
  await guardPass(
    async (scopes, write) => {
      asked.push(scopes.map(nameOf));
      await write(scopes.filter((scope) => open.includes(nameOf(scope))));
    },
    byKind((batch) => {
      rolled.push(batch);
      return Promise.resolve([]);
    }),
  )(DIRTY);
  return { asked, rolled };
}

describe('guardPass', () => {
  it('asks once for every connection of a batch, and rolls all that are open', async () => {
    const { asked, rolled } = await rolledBy('A1', 'B1', 'B2');

    expect(asked).toEqual([['A1', 'B1', 'B2'], ['B1'], ['A1']]);
    expect(rolled).toEqual([DIRTY.order, DIRTY.settlement, DIRTY.finance]);
  });

  it('leaves out the days of a connection that is closed, of any kind', async () => {
    const { rolled } = await rolledBy('A1', 'B2');

    expect(rolled).toEqual([
      [bucket('A', '2026-03-01'), bucket('B', '2026-03-01', 2)],
      [],
      DIRTY.finance,
    ]);
  });

  it('answers what a batch does, and nothing where the guard lets none of it through', async () => {
    const answers: unknown[] = [];
    const pass = guardPass(
      (scopes, write) => (scopes.length === 1 ? Promise.resolve() : write(scopes)),
      async ({ order, finance }, guardBatch) => {
        answers.push(await guardBatch(order, (open) => Promise.resolve(open.slice(1))));
        answers.push(await guardBatch(finance, (open) => Promise.resolve(open)));
      },
    );

    await pass(DIRTY);

    expect(answers).toEqual([DIRTY.order.slice(1), []]);
  });

  it('may take longer than a guard lets anything take, in batches that do not', async () => {
    const limitMs = 200;
    const days = Array.from({ length: 6 }, (_, day) => bucket('A', `2026-03-0${String(day + 1)}`));
    const rolled: Bucket[] = [];
    const pass = guardPass(
      async (scopes, write) => {
        const giveUp = new AbortController();
        const late = setTimeout(limitMs, 'late', { signal: giveUp.signal });
        const first = await Promise.race([write(scopes), late.catch(() => 'over')]);
        giveUp.abort();
        if (first === 'late') {
          throw new Error('a guarded write took too long');
        }
      },
      async ({ order }, guardBatch) => {
        for (const batch of batchesOf(order, 1)) {
          await guardBatch(batch, async (open) => {
            await setTimeout(50);
            rolled.push(...open);
            return [];
          });
        }
      },
    );

    await pass({ ...DIRTY, order: days });

    expect(rolled).toEqual(days);
  });

  it('leaves out what a fence closes between two batches', async () => {
    const closed = new Set<string>();
    const rolled: string[][] = [];
    const pass = guardPass(
      (scopes, write) => write(scopes.filter((scope) => !closed.has(nameOf(scope)))),
      byKind((open) => {
        rolled.push(open.map(nameOf));
        closed.add('A1');
        return Promise.resolve([]);
      }),
    );

    await pass(DIRTY);

    expect(rolled).toEqual([['A1', 'B1', 'B2'], ['B1'], []]);
  });
});
