import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ListedPage } from './page-stream.ts';
import { sendInOrder } from './send-in-order.ts';

function listed(number: number): ListedPage {
  return {
    page: { rows: [], nextToken: '', totalCount: undefined, seq: number, fetchedAt: 0 },
    nextToken: String(number + 1),
  };
}

function pagesOf(count: number) {
  let number = 0;
  return {
    next: () => Promise.resolve(number < count ? listed((number += 1)) : undefined),
  };
}

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) {
    await Promise.resolve();
  }
};

describe('sendInOrder', () => {
  it('tells of each page once it and all before it are acknowledged, whatever order the answers come in', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 12 }),
        fc.option(fc.nat({ max: 11 })),
        async (delays, failing) => {
          const acknowledged = new Set<number>();
          const told: number[] = [];
          const early: number[] = [];
          let open = 0;
          let most = 0;
          const work = sendInOrder(
            pagesOf(delays.length),
            async ({ seq }) => {
              open += 1;
              most = Math.max(most, open);
              await turns(delays[seq - 1] ?? 0);
              open -= 1;
              if (seq - 1 === failing) {
                throw new Error('the log is away');
              }
              acknowledged.add(seq);
              return seq * 10;
            },
            ({ page: { seq } }, sent) => {
              const before = Array.from({ length: seq }, (_, index) => index + 1);
              if (!before.every((one) => acknowledged.has(one)) || sent !== seq * 10) {
                early.push(seq);
              }
              told.push(seq);
              return Promise.resolve();
            },
          );
          const hasFailed = await work.then(
            () => false,
            () => true,
          );
          const mayTell = failing === null ? delays.length : Math.min(failing, delays.length);

          expect(early).toEqual([]);
          expect(told).toEqual(Array.from({ length: mayTell }, (_, index) => index + 1));
          expect(hasFailed).toBe(failing !== null && failing < delays.length);
          // When it ends nothing is under way any more.
          expect([open, most <= 2]).toEqual([0, true]);
        },
      ),
    );
  });

  it('tells what was acknowledged before it throws what the reading of pages threw', async () => {
    const told: number[] = [];
    let asked = 0;
    const pages = {
      next: () => {
        asked += 1;
        return asked > 2 ? Promise.reject(new Error('away')) : Promise.resolve(listed(asked));
      },
    };
    const work = sendInOrder(
      pages,
      () => turns(9),
      ({ page }) => {
        told.push(page.seq);
        return Promise.resolve();
      },
    );

    await expect(work).rejects.toThrow('away');
    expect(told).toEqual([1, 2]);
  });
});
