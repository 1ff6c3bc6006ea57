import { describe, expect, it } from '@jest/globals';
import { aShopKey } from '@tokometrics/testkit';
import fc from 'fast-check';
import type { DayFigure } from './bucket-sums.ts';
import { rememberFigures } from './figure-memo.ts';
import { NO_SUMS } from './sums.ts';

const SHOPS: readonly string[] = [aShopKey(), aShopKey()];
const questionOf = (shopKey: string, revision: number) => ({
  ...{ shopKey, revision, epoch: 1, cutoff: '2024-11-23' },
  ...{ from: '2026-10-25', to: '2026-11-24', baseFrom: '2026-09-25', baseTo: '2026-10-25' },
});
const NEVER = () => Promise.reject(new Error('not asked here'));

/** A store whose one figure per shop is the number of changes that it has seen. */
function aStore(chance = 0) {
  const changes = new Map<string, number>();
  let nowMs = 0;
  const later: { atMs: number; act: () => void }[] = [];
  let asked = 0;
  const figure = (shopKey: string): DayFigure[] => [
    { storedOn: String(changes.get(shopKey) ?? 0), at: '2026-11-01', sums: NO_SUMS },
  ];
  const figures = rememberFigures(
    {
      figuresByDay: ({ shopKey }) => {
        asked += 1;
        return Promise.resolve(figure(shopKey));
      },
      figuresByHour: NEVER,
      figuresOfPartHour: NEVER,
      openGaps: NEVER,
    },
    {
      random: () => chance,
      after: (ms, act) => later.push({ atMs: nowMs + ms, act }),
    },
  );
  return {
    figures,
    asked: () => asked,
    pass: (ms: number) => {
      nowMs += ms;
      later.filter(({ atMs }) => atMs <= nowMs).forEach(({ act }) => act());
    },
    change: (shopKey: string) => changes.set(shopKey, (changes.get(shopKey) ?? 0) + 1),
    changesOf: (shopKey: string) => changes.get(shopKey) ?? 0,
    read: async (shopKey: string, revision: number) => {
      const [first] = await figures.figuresByDay(questionOf(shopKey, revision));
      return Number(first?.storedOn);
    },
  };
}

interface Step {
  readonly what: string;
  readonly shop: string;
}

/** What readers were shown that is older than what they knew of, or newer than what there is. */
async function wrongAnswers(history: readonly Step[]): Promise<number[]> {
  const store = aStore();
  const raised = new Map(SHOPS.map((shop) => [shop, { revision: 0, changes: 0 }]));
  // Who has read the revision, and asks later.
  const looked: { shop: string; revision: number; changes: number }[] = [];
  const wrong: number[] = [];
  for (const { what, shop } of history) {
    const { revision, changes } = raised.get(shop) ?? { revision: 0, changes: 0 };
    const asker = what === 'answer' ? looked.shift() : undefined;
    if (what === 'change') {
      store.change(shop);
    } else if (what === 'raise') {
      raised.set(shop, { revision: revision + 1, changes: store.changesOf(shop) });
    } else if (what === 'look') {
      looked.push({ shop, revision, changes });
    } else if (what === 'pass') {
      store.pass(20_000);
    } else if (asker !== undefined) {
      const shown = await store.read(asker.shop, asker.revision);
      const isWrong = shown < asker.changes || shown > store.changesOf(asker.shop);
      wrong.push(...(isWrong ? [shown] : []));
    }
  }
  return wrong;
}

describe('remembered figures', () => {
  it('asks the store once while nothing of the shop changes', async () => {
    const store = aStore();
    const [shop = ''] = SHOPS;

    await Promise.all([store.read(shop, 1), store.read(shop, 1)]);
    await store.read(shop, 1);

    expect(store.asked()).toBe(1);
  });

  it('never answers from before a change that the asker knows of, nor for another shop', async () => {
    const step = fc.record({
      what: fc.constantFrom('change', 'raise', 'look', 'answer', 'pass'),
      shop: fc.constantFrom(...SHOPS),
    });
    const steps = fc.array(step, { minLength: 40, maxLength: 80, size: 'max' });
    await fc.assert(
      fc.asyncProperty(steps, async (history) => {
        expect(await wrongAnswers(history)).toEqual([]);
      }),
    );
  });

  it.each([
    [0, 30_000],
    [0.5, 45_000],
  ])('asks again after a while (chance %d), whatever the revision says', async (chance, ms) => {
    const store = aStore(chance);
    const [shop = ''] = SHOPS;

    await store.read(shop, 1);
    store.change(shop);
    store.pass(ms - 1);
    expect(await store.read(shop, 1)).toBe(0);
    store.pass(1);

    expect(await store.read(shop, 1)).toBe(1);
  });

  it('holds nothing of a shop that is forgotten', async () => {
    const store = aStore();
    const [shop = '', other = ''] = SHOPS;

    await store.read(shop, 1);
    await store.read(other, 1);
    store.figures.forget(shop);
    await store.read(shop, 1);
    await store.read(other, 1);

    expect(store.asked()).toBe(3);
  });

  it('does not remember a failure', async () => {
    let isDown = true;
    const figures = rememberFigures(
      {
        figuresByDay: () => (isDown ? Promise.reject(new Error('down')) : Promise.resolve([])),
        figuresByHour: NEVER,
        figuresOfPartHour: NEVER,
        openGaps: NEVER,
      },
      { after: () => undefined, random: () => 0 },
    );
    const question = questionOf(aShopKey(), 1);

    await expect(figures.figuresByDay(question)).rejects.toThrow('down');
    isDown = false;

    await expect(figures.figuresByDay(question)).resolves.toEqual([]);
  });
});
