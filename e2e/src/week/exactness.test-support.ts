import { describe, expect, it } from '@jest/globals';
import { overviewReply, sumDecimals, toUnits } from '@tokometrics/contracts';
import { differences, wholeSpan } from '../support/exactness.ts';
import { readExpected } from '../support/expected.ts';
import { describeSteps, traceOfOrders } from '../support/order-trace.ts';
import { readProof } from '../support/proof-rows.ts';
import { createRandom, drawQuestion, pickFrom } from '../support/random-questions.ts';
import { ACCEPTANCE_NOW } from '../support/start-system.ts';
import { merchant, receiver, shopKey } from './week.fixture.ts';

const SPAN = { from: '2026-11-09', to: '2026-11-24' };
const QUESTIONS = 200;

describe('a week of real orders', () => {
  const expected = readExpected('week');

  it('is shown equal to its source in every day, total and product, to the last digit', async () => {
    const span = wholeSpan(expected, ACCEPTANCE_NOW);

    expect(await differences(merchant, shopKey, expected, span)).toEqual([]);
  });

  it('can be followed in one trace from the call to TikTok through both hops of Kafka to the insert', async () => {
    const steps = await traceOfOrders(receiver);
    const [first] = steps;

    expect(describeSteps(steps)).toEqual([
      'connector: page read',
      'connector: kafka send',
      'ingestion: chunk process',
      'ingestion: kafka send',
      'analytics: chunk process',
      'analytics: clickhouse insert',
    ]);
    expect(first?.parentSpanId).toBe('');
    expect(new Set(steps.map(({ traceId }) => traceId)).size).toBe(1);
    const call = receiver.spans().find(({ parentSpanId }) => parentSpanId === first?.spanId);
    expect(call).toMatchObject({ service: 'connector', name: 'tiktok.call' });
  }, 30_000);

  it('opens rows that add up to the number, for 200 random questions', async () => {
    const random = createRandom(20_261_125);

    for (let index = 0; index < QUESTIONS; index += 1) {
      const { query, metric } = drawQuestion(random, shopKey, SPAN);
      const { main, tiles } = await merchant.get(`/metrics/overview?${query}`, overviewReply);
      const tile = tiles.find(({ value }) => value.metric === metric)?.value.value ?? '0';
      const whole = await readProof(merchant, query);

      expect([query, whole.contributions.length]).toEqual([query, whole.count]);
      expect([query, toUnits(sumDecimals(whole.contributions))]).toEqual([query, toUnits(tile)]);

      // Known buckets alone: an hour that has not come has no rows to add up.
      const buckets = main.current.points.filter(({ value }) => value !== null);
      const point = pickFrom(random, buckets);
      const ofBucket =
        point === undefined
          ? []
          : (await readProof(merchant, `${query}&at=${encodeURIComponent(point.from)}`))
              .contributions;
      expect([query, point?.from, toUnits(sumDecimals(ofBucket))]).toEqual([
        query,
        point?.from,
        toUnits(point?.value ?? '0'),
      ]);
    }
  }, 240_000);

  it('shows both sides of an average', async () => {
    const query = `shop=${shopKey}&from=${SPAN.from}&to=${SPAN.to}&metric=aov&compare=none`;
    const { tiles } = await merchant.get(`/metrics/overview?${query}`, overviewReply);
    const numerator = await readProof(merchant, `${query}&component=numerator`);
    const denominator = await readProof(merchant, `${query}&component=denominator`);
    const aov = Number(tiles.find(({ value }) => value.metric === 'aov')?.value.value);
    const [above, below] = [numerator, denominator].map(({ contributions }) =>
      Number(sumDecimals(contributions)),
    );

    expect((above ?? NaN) / (below ?? NaN)).toBeCloseTo(aov, 2);
  });
});
