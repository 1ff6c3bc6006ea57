import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { backfillPlans } from './backfill-plans.ts';
import { drainInbox } from './drain-inbox.ts';
import { EndlessPages } from './page-guard.ts';
import { pollOrders, pollProducts } from './poll-changes.ts';
import { createRecentRows, remembering } from './recent-rows.ts';
import { repeatProducts } from './repeat-products.ts';
import { runBackfill } from './run-backfill.ts';
import { settle } from './settle.ts';
import { firstCursor, LeaseLost } from './sync-cursor.ts';
import {
  acquire,
  AT,
  Away,
  Crash,
  createWorld,
  CUT,
  enterWorld,
  holesIn,
  TROUBLES,
} from './sync-world.fixture.ts';
import type { Schedule, World } from './sync-world.fixture.ts';
import { TikTokFault } from './tiktok-fault.ts';

const POLL_S = 15;
const MAX_PAGES = 200;

/** One life of the connector's work for a shop: what it remembers goes with it. */
function aLife(world: World, pageSize: number, isListed: boolean) {
  const life = { isOver: false };
  const { source, inbox, ...entered } = enterWorld(world, life);
  const recent = createRecentRows();
  const sink = remembering(entered.sink, recent);
  const { signal } = new AbortController();
  const nowS = () => world.clock.nowS;
  const shared = { sink, nowS, pageSize, maxPages: MAX_PAGES, signal };
  const polls = { ...shared, isKnown: recent.isKnown, connectedAt: AT };
  const plans = backfillPlans(source, { ...shared, source });
  const live = (stream: 'order.live' | 'product.live') =>
    acquire(world, life, stream, firstCursor(AT));
  const backfill = async (): Promise<void> => {
    for (const { stream, first, plan } of plans) {
      const from = first(AT);
      const lease = acquire(world, life, stream, { ...from, cut: Math.max(CUT, from.cut) });
      if (lease.state.finishedAt === null) {
        const progress = { onProgress: () => undefined, onSlice: () => undefined };
        const hold = { isHeld: () => false, whenFree: () => Promise.resolve() };
        await runBackfill(plan, { ...shared, ...progress, ...hold }, lease);
        await lease.save({ finishedAt: new Date(nowS() * 1000) });
      }
    }
  };
  // Due at once, and again after each death on the way.
  const listing = () => acquire(world, life, 'listing.live', firstCursor(AT - 30 * 86_400));
  const repeat = settled(() => repeatProducts({ ...shared, source }, listing()));
  const drain = {
    ...{ ...inbox, source, sink, mayReadOrders: () => true },
    ...{ pollProducts: () => undefined, confirmDeauthorization: () => Promise.resolve() },
  };
  return {
    isOver: () => life.isOver,
    round: async (): Promise<void> => {
      const results = await Promise.all(
        [
          settled(() => pollOrders(polls, live('order.live'), source.ordersUpdated)),
          settled(() => pollProducts(polls, live('product.live'), source.productsUpdated)),
          settled(() => drainInbox(drain, signal)),
          settled(backfill),
          ...(isListed ? [repeat] : []),
        ].map((work) => work()),
      );
      for (const result of results) {
        if (!result.ok && !isExpected(result.error)) {
          throw result.error;
        }
      }
    },
  };
}

const settled = (work: () => Promise<unknown>) => () => settle(Promise.resolve().then(work));

function isExpected(error: unknown): boolean {
  return [Crash, Away, TikTokFault, LeaseLost, EndlessPages].some((kind) => error instanceof kind);
}

/** Runs until the world is quiet, then until nothing is left to do; answers with what is wrong. */
async function outcomeOf(schedule: Schedule, isListed = false): Promise<string[]> {
  const world = createWorld(schedule);
  let life = aLife(world, schedule.pageSize, isListed);
  const turn = async (): Promise<void> => {
    await life.round();
    life = life.isOver() ? aLife(world, schedule.pageSize, isListed) : life;
    world.clock.nowS += POLL_S;
  };
  for (let round = 0; round < 40 || !world.isOver(); round += 1) {
    await turn();
  }
  world.calm();
  await turn();
  await turn();
  const missing = world
    .newest()
    .filter(({ id, kind, rev }) => world.archive.get(`${kind}:${id}`)?.rev !== rev)
    .map(({ id, kind, rev }) => `${kind} ${id} is not R${String(rev)}`);
  const open = [...world.inbox.values()].filter(({ isDone }) => !isDone).map(() => 'open notice');
  const unfinished = [...world.cursors]
    .filter(([stream, { state }]) => stream.endsWith('backfill') && state.finishedAt === null)
    .map(([stream]) => `${stream} is not finished`);
  const holes = [...holesIn(world, 'order'), ...holesIn(world, 'product')];
  return [...new Set([...world.wrong, ...missing, ...open, ...unfinished, ...holes])];
}

const happening = { lateS: 0, pick: 0, notice: 'lost', afterSteps: 0, afterS: 0 } as const;
const quiet = { pageSize: 1, past: [], troubles: [], delays: [0], paces: [0] } as const;
/** Schedules that were once found wrong; each stands for its kind. */
const FOUND: [Schedule][] = [
  // Within one second the later reading saw the older content.
  [
    {
      ...{ ...quiet, delays: [0, 20] },
      happenings: [
        { ...happening, kind: 'order', what: 'create', notice: 'sent', afterSteps: 4 },
        { ...happening, kind: 'order', what: 'update', afterSteps: 2 },
      ],
    },
  ],
  // A product took another place while its list was read, and its neighbour was stepped over.
  [
    {
      ...{ ...quiet, paces: [7] },
      past: [
        { kind: 'product', ageH: 1, changedH: 1 },
        { kind: 'order', ageH: 0, changedH: 0 },
        { kind: 'product', ageH: 1, changedH: 1 },
      ],
      happenings: [
        { ...happening, kind: 'order', what: 'create', afterSteps: 9, afterS: 1 },
        { ...happening, kind: 'order', what: 'create', afterSteps: 12, afterS: 33_590 },
        { ...happening, kind: 'order', what: 'create', afterSteps: 12 },
        { ...happening, kind: 'order', what: 'create', afterSteps: 6 },
        { ...happening, kind: 'product', what: 'update', pick: 12, afterSteps: 7, afterS: 57 },
        { ...happening, kind: 'product', what: 'update', afterSteps: 11, afterS: 1 },
        { ...happening, kind: 'product', what: 'update', afterSteps: 6, afterS: 1 },
      ],
    },
  ],
];

const kind = fc.constantFrom('order', 'product');
const schedules: fc.Arbitrary<Schedule> = fc.record({
  pageSize: fc.integer({ min: 1, max: 4 }),
  past: fc.array(fc.record({ kind, ageH: fc.nat({ max: 470 }), changedH: fc.nat({ max: 470 }) }), {
    maxLength: 10,
  }),
  happenings: fc.array(
    fc.record({
      kind,
      what: fc.constantFrom('create', 'update', 'update'),
      lateS: fc.oneof(fc.constant(0), fc.nat({ max: 590 })),
      pick: fc.nat({ max: 20 }),
      notice: fc.constantFrom('lost', 'sent', 'doubled', 'late'),
      afterSteps: fc.nat({ max: 12 }),
      afterS: fc.oneof(
        fc.constant(0),
        fc.constant(1),
        fc.nat({ max: 900 }),
        fc.nat({ max: 100_000 }),
      ),
    }),
    { maxLength: 25 },
  ),
  troubles: fc.array(
    fc.record({ step: fc.nat({ max: 600 }), kind: fc.constantFrom(...TROUBLES) }),
    { maxLength: 25 },
  ),
  delays: fc.array(fc.constantFrom(0, 0, 3, 20), { minLength: 1, maxLength: 7 }),
  paces: fc.array(fc.constantFrom(0, 0, 0, 1, 7, 60), { minLength: 1, maxLength: 9 }),
});

describe('the sync of a shop', () => {
  it('ends with the newest of everything, and never claims more than was sent', async () => {
    await fc.assert(
      fc.asyncProperty(schedules, async (schedule) => {
        expect(await outcomeOf(schedule)).toEqual([]);
      }),
      { numRuns: Number(process.env['RUNS'] ?? 500), examples: FOUND },
    );
  });

  it('ends so too where the whole list of products is read beside the polls', async () => {
    await fc.assert(
      fc.asyncProperty(schedules, async (schedule) => {
        expect(await outcomeOf(schedule, true)).toEqual([]);
      }),
      { numRuns: Number(process.env['RUNS'] ?? 300), examples: FOUND },
    );
  });
});
