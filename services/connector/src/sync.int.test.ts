import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RESOURCES } from '@tokometrics/contracts';
import { eventually } from '@tokometrics/testkit';
import { archived, lifecycleOf, markersOf, readShop, WEEK } from './archive.fixture.ts';
import {
  aPerson,
  openStage,
  connect,
  FIXTURE_SECRET,
  shownShop,
  statesOf,
} from './connector.fixture.ts';
import type { Person, Stage } from './connector.fixture.ts';

/** One real sandbox, one real set of engines, one week of real orders. */
const LONG = 240_000;

let stage: Stage;
let shopKey: string;
const person: Person = aPerson();

beforeAll(async () => {
  stage = await openStage(import.meta);
}, LONG);

afterAll(async () => {
  await stage.stop();
}, LONG);

describe('a shop is connected', () => {
  it(
    'loads the whole history, and says so',
    async () => {
      const outcome = await connect(stage.running, stage.sandbox, person);
      expect(outcome).toMatchObject({ state: 'granted', missing: [] });
      shopKey = outcome.shops[0]?.shopKey ?? '';

      const shown = await eventually(
        async () => {
          const shop = await shownShop(stage.running, person, shopKey);
          expect(statesOf(shop)).toEqual(RESOURCES.map(() => 'done'));
          return shop;
        },
        { timeoutMs: 180_000, everyMs: 500 },
      );

      expect(shown.sync.stages.map(({ progress }) => progress)).toMatchObject([
        { done: 272, total: 272 },
        { done: 1132, total: 1132 },
        { done: 9, total: 9 },
        { done: 175, total: 175 },
        { done: 1, total: 1 },
        { done: 1132, total: 1132 },
        { done: 115, total: 115 },
      ]);
      expect(await lifecycleOf(stage.place, shopKey)).toEqual(['connected@1']);
    },
    LONG,
  );

  it(
    'has written exactly what the file sums up to',
    async () => {
      expect(await archived(stage.place, shopKey)).toEqual(WEEK);
    },
    LONG,
  );

  it(
    'writes the newest days first, and each marker behind its records',
    async () => {
      const entries = await readShop(stage.place, 'tm.raw.order.v1.bf', shopKey);
      const markers = markersOf(entries);

      expect(markers.at(-1)?.from).toBe(0);
      for (const [index, marker] of markers.entries()) {
        // No gap and no overlap: each slice ends where the one before it began.
        expect(marker.through).toBe(markers[index - 1]?.from ?? marker.through);
      }
      const wrong: unknown[] = [];
      let waiting: number[] = [];
      for (const entry of entries) {
        if (entry.kind === 'record') {
          waiting.push(Number(entry.body['create_time']));
          continue;
        }
        const { from, through, records } = entry.marker;
        const strays = waiting.filter((at) => at < from || at >= through);
        if (waiting.length !== records || strays.length > 0) {
          wrong.push({ marker: entry.marker, waiting: waiting.length, strays });
        }
        waiting = [];
      }
      expect(wrong).toEqual([]);
      expect(waiting).toEqual([]);
    },
    LONG,
  );

  it(
    'makes no call but those it may make, and lets no secret out',
    async () => {
      const calls = (await stage.sandbox.control('GET', '/calls?violations')) as {
        violations: number;
      };
      expect(calls.violations).toBe(0);

      const log = stage.place.log.text();
      expect(log).toContain('shop connected');
      expect(log).not.toContain(FIXTURE_SECRET);
      expect(log).not.toMatch(/(ROW|GCP|TTP)_[\w-]{20}/);
    },
    LONG,
  );
});
