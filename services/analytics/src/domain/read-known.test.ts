import { describe, expect, it } from '@jest/globals';
import { aShopKey } from '@tokometrics/testkit';
import { readKnown } from './read-known.ts';
import type { KnownDeps } from './read-known.ts';

const shopKey = aShopKey();

/** A sink that raises the revision to 8 and closes the gap while a reader asks for gaps. */
function createStores(isGapped: boolean) {
  const asked: number[] = [];
  let revision = 7;
  const deps: KnownDeps = {
    completeness: () => Promise.resolve({ complete: new Map(), revision, isGapped }),
    openGaps: (params) => {
      asked.push(params.revision);
      revision = 8;
      return Promise.resolve([]);
    },
    cutoff: () => '2026-01-01',
  };
  return { asked, deps };
}

describe('readKnown', () => {
  it('names a revision under which figures have what is missing no more', async () => {
    const { asked, deps } = createStores(true);

    const known = await readKnown(deps, shopKey, 1);

    expect(asked).toEqual([7]);
    expect(known.revision).toBe(8);
  });

  it('asks for no gaps where nothing was ever missing', async () => {
    const { asked, deps } = createStores(false);

    const known = await readKnown(deps, shopKey, 1);

    expect(asked).toEqual([]);
    expect(known).toEqual({ complete: new Map(), revision: 7, gaps: [] });
  });
});
