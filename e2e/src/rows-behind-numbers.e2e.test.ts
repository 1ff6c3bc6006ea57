import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  addDays,
  BASES,
  daysBetween,
  METRICS,
  overviewReply,
  proofReply,
  sumDecimals,
  toUnits,
} from '@tokometrics/contracts';
import type { ProofReply } from '@tokometrics/contracts';
import { loadAsDemo } from './support/demo-merchant.ts';
import type { Merchant } from './support/merchant.ts';
import { startSystem } from './support/start-system.ts';
import type { System } from './support/start-system.ts';

const FROM = '2026-11-09';
const TO = '2026-11-24';
const QUERIES = 200;

/** The same questions at every run; another seed asks others. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('rows behind a number', () => {
  let system: System;
  let merchant: Merchant;
  let shopKey: string;

  beforeAll(async () => {
    // Some hundred questions within seconds: more than a person asks.
    system = await startSystem({ envOf: { gateway: { RATE_LIMIT_PER_MINUTE: '100000' } } });
    ({ merchant, shopKey } = await loadAsDemo(system));
  }, 240_000);

  afterAll(async () => {
    await system.stop();
  }, 60_000);

  /** All pages of a proof; answers its rows' contributions. */
  async function contributions(
    query: string,
  ): Promise<{ rows: string[]; sum: string; count: number }> {
    const rows: string[] = [];
    let cursor: string | null = null;
    let sum = '0';
    let count = 0;
    do {
      const page: ProofReply = await merchant.get(
        `/metrics/proof?${query}&limit=200${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
        proofReply,
      );
      rows.push(...page.items.map((row) => row.contribution));
      expect(page.difference).toBe('0');
      ({ sum, rows: count } = page);
      cursor = page.nextCursor;
    } while (cursor !== null);
    return { rows, sum, count };
  }

  it('adds up to the number, for 200 random questions', async () => {
    const random = createRandom(20_261_125);
    const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
    const additive = METRICS.filter((metric) => metric !== 'aov');

    for (let index = 0; index < QUERIES; index += 1) {
      const start = addDays(FROM, Math.floor(random() * daysBetween(FROM, TO)));
      const length = 1 + Math.floor(random() * daysBetween(start, TO));
      const grain = length <= 2 ? pick(['hour', 'day']) : pick(['day', 'week', 'month']);
      const metric = pick(additive) ?? 'gross_sales';
      const query = `shop=${shopKey}&from=${start}&to=${addDays(start, length)}&grain=${String(grain)}&metric=${metric}&basis=${String(pick(BASES))}&compare=none`;
      const { main, tiles } = await merchant.get(`/metrics/overview?${query}`, overviewReply);
      const tile = tiles.find(({ value }) => value.metric === metric)?.value.value ?? '0';
      const whole = await contributions(query);

      expect([query, whole.rows.length]).toEqual([query, whole.count]);
      expect([query, toUnits(sumDecimals(whole.rows))]).toEqual([query, toUnits(tile)]);

      // Known buckets alone: an hour that has not come has no rows to add up.
      const buckets = main.current.points.filter(({ value }) => value !== null);
      const point = pick(buckets);
      const bucket =
        point === undefined
          ? []
          : (await contributions(`${query}&at=${encodeURIComponent(point.from)}`)).rows;
      expect([query, point?.from, toUnits(sumDecimals(bucket))]).toEqual([
        query,
        point?.from,
        toUnits(point?.value ?? '0'),
      ]);
    }
  }, 240_000);

  it('shows both sides of an average', async () => {
    const query = `shop=${shopKey}&from=${FROM}&to=${TO}&metric=aov&compare=none`;
    const { tiles } = await merchant.get(`/metrics/overview?${query}`, overviewReply);
    const numerator = await contributions(`${query}&component=numerator`);
    const denominator = await contributions(`${query}&component=denominator`);
    const aov = Number(tiles.find(({ value }) => value.metric === 'aov')?.value.value);

    expect(Number(sumDecimals(numerator.rows)) / Number(sumDecimals(denominator.rows))).toBeCloseTo(
      aov,
      2,
    );
  });
});
