import { expect } from '@jest/globals';
import { HEADERS } from '@tokometrics/contracts';
import { AppError, settleByHalves } from '@tokometrics/kit';
import type { InMessage } from '@tokometrics/kit';
import {
  between,
  createStep,
  Dead,
  liveUntilDone,
  pick,
  turns,
  untilTaken,
} from '@tokometrics/testkit';
import type { Dice, Life, Odds, Step } from '@tokometrics/testkit';
import { createFactValidators } from '../adapters/fact-validators.ts';
import type { ChunkCounts } from '../domain/chunk-counts.ts';
import type { Raised } from '../domain/completeness.ts';
import { bucketKey } from '../domain/dirty-buckets.ts';
import type { BaseTable } from '../domain/fact-rows.ts';
import { NO_PATIENCE } from '../domain/pass-lane.ts';
import { createPassQueue } from '../domain/pass-queue.ts';
import { missingFact, readFact } from '../domain/read-fact.ts';
import type { Fact, Reading, Scope } from '../domain/read-fact.ts';
import { closeGaps } from './close-gaps.ts';
import { guardPass } from './guard-pass.ts';
import { prepareChunk } from './prepare-chunk.ts';
import { createGapWorld, gapOf } from './sink-gaps.test-support.ts';
import type { GapWorld } from './sink-gaps.test-support.ts';
import { createPass, createTables, ROLLED, rowOf } from './sink-world.fixture.ts';
import type { Tables } from './sink-world.fixture.ts';
import { storeChunk } from './store-chunk.ts';
import type { StoreDeps, StoredMarker } from './store-chunk.ts';
import { storeRejected } from './store-rejected.ts';

const validators = createFactValidators();
const CUTOFF = '2024-01-01';
const FAULTS: Odds = { refuse: 0.02, loseAnswer: 0.02, die: 0.016 };
const IN_FLIGHT = 4;
/** Few, so that a chunk's days are rolled in several pieces. */
const HISTORY_BUCKETS_PER_PASS = 3;
const LIVE_BUCKETS_PER_PASS = 5;
const LANES = ['live', 'history', 'history'] as const;

/** One log, the stores that it is written to, and what has become of it so far. */
export interface World {
  readonly dice: Dice;
  readonly log: readonly InMessage[];
  readonly tables: Tables;
  readonly gaps: GapWorld;
  readonly closed: Set<string>;
  readonly parked: Set<string>;
  /** Lines that no table takes, ever. */
  readonly refused: ReadonlySet<string>;
  readonly counts: ChunkCounts[];
  /** What readers are told, in order. */
  readonly told: StoredMarker[];
  readonly odds: { current: Odds };
  committed: number;
  lives: number;
}

const scopeName = ({ shopKey, epoch }: Scope): string => `${shopKey}:${String(epoch)}`;
export const isOpen = ({ closed }: World, scope: Scope): boolean => !closed.has(scopeName(scope));

const readings = new WeakMap<InMessage, Reading>();

/** What a record says to whoever may read all of them. */
export function reading(message: InMessage): Reading {
  const read =
    readings.get(message) ??
    readFact({ isFenced: () => false, validators, cutoff: CUTOFF }, message);
  readings.set(message, read);
  return read;
}

const refusedFacts = new WeakMap<InMessage, Fact>();

/** A record that the store refuses is one that nobody can read. */
function refuse(message: InMessage, fact: Fact): string[] {
  const gap = missingFact({ validators }, message);
  readings.set(message, { kind: 'parked', reason: 'range', ...(gap && { gap }) });
  refusedFacts.set(message, fact);
  return fact.rows.map(({ line }) => line);
}

/** Of one that a newer version of its chunk supersedes nobody asks the store, and nothing is missing. */
const isSuperseded = ({ tables }: World, message: InMessage): boolean =>
  refusedFacts.get(message)?.rows.some(({ table, line }) => tables.holds(table, line)) ?? false;

/** What nobody can read is with the dead letters before its offset is passed; of the closed it is dropped. */
function expectParked(world: World, below: number): void {
  for (const message of world.log.slice(0, below)) {
    const shopKey = message.headers[HEADERS.shopKey] ?? '';
    const epoch = Number(message.headers[HEADERS.epoch]);
    const isUnreadable = reading(message).kind === 'parked' && !isSuperseded(world, message);
    if (isUnreadable && isOpen(world, { shopKey, epoch })) {
      expect(world.parked).toContain(message.offset);
    }
  }
}

/** What a product cost on a day is there, also where a newer version came in the same chunk. */
function expectPriced(world: World, below: number): void {
  for (const message of world.log.slice(0, below)) {
    const read = reading(message);
    if (read.kind === 'fact' && isOpen(world, read.fact.scope)) {
      for (const { table, line } of read.fact.rows.filter(({ table: of }) => of === 'sku_prices')) {
        expect(world.tables.holds(table, line)).toBe(true);
      }
    }
  }
}

/** Everything below the offset that is of an open scope is in the rollups of its days. */
function expectRolled(world: World, below: number): void {
  for (const message of world.log.slice(0, below)) {
    const read = reading(message);
    if (read.kind !== 'fact' || !isOpen(world, read.fact.scope)) {
      continue;
    }
    for (const { rollup, bucket } of read.fact.dirty) {
      const rows = world.tables.rollup(rollup, bucketKey(bucket));
      for (const { table, line } of read.fact.rows.filter(
        ({ table: of }) => of === ROLLED[rollup],
      )) {
        const { key, ver } = rowOf(table, line);
        expect((rows.get(key) ?? 0n) >= ver).toBe(true);
      }
    }
  }
}

/** What is missing is known before anybody is told of what lies behind it. */
function expectMissed(world: World, below: number): void {
  for (const message of world.log.slice(0, below)) {
    const gap = gapOf(reading(message));
    if (gap !== undefined && isOpen(world, gap.scope) && !isSuperseded(world, message)) {
      for (const { table, line } of gap.rows) {
        expect(world.tables.holds(table, line)).toBe(true);
      }
    }
  }
}

function depsOf(world: World, life: Life, hand: { count: number }): StoreDeps {
  const { tables, dice } = world;
  const call = createStep(dice, life, () => world.odds.current);
  // A reader may look at any moment.
  const step: Step = (act) =>
    call(() => {
      world.gaps.look();
      const result = act();
      world.gaps.look();
      return result;
    });
  // Time goes by when somebody waits for it, and by as much.
  let time = 0;
  const guardedChunk: StoreDeps['guardedChunk'] = async (scopes, write) => {
    hand.count += 1;
    try {
      const open = scopes.filter((scope) => isOpen(world, scope));
      if (open.length > 0) {
        await write(open);
      }
      return { fenced: scopes.filter((scope) => !isOpen(world, scope)) };
    } finally {
      hand.count -= 1;
    }
  };
  const after = (ms: number, act: () => void) => {
    let isWanted = true;
    void turns(40).then(() => {
      if (isWanted) {
        time += ms;
        act();
      }
    });
    return () => {
      isWanted = false;
    };
  };
  const lanes = createPassQueue(
    guardPass(guardedChunk, createPass(tables, step)),
    { now: () => time, after },
    { live: LIVE_BUCKETS_PER_PASS, history: HISTORY_BUCKETS_PER_PASS },
  );
  const writing = {
    guardedChunk,
    insert: (table: BaseTable, lines: readonly string[]) =>
      step(() => {
        if (lines.some((line) => world.refused.has(line))) {
          throw new AppError('request.invalid', 'out of range');
        }
        tables.insert(table, lines);
      }),
    raiseRevision: (scopes: readonly Raised[]) => step(() => world.gaps.raise(scopes)),
  };
  return {
    ...writing,
    patience: {
      followed: { longestMs: 1_000, nextMs: 1_000 },
      alone: { longestMs: 1_000, nextMs: 100 },
    },
    reroll: (dirty, patience) => lanes[pick(dice, LANES)](dirty, patience),
    closeGaps: (written) =>
      closeGaps(
        {
          ...writing,
          openGaps: (...of) => step(() => world.gaps.openGaps(...of)),
          arrived: (...of) => step(() => world.gaps.arrived(...of)),
          rollEarlier: (dirty) => lanes.history(dirty, NO_PATIENCE),
        },
        written,
      ),
    noteChunk: (counts) => step(() => void world.counts.push(...counts)),
    complete: (markers) =>
      step(() => {
        for (const marker of markers) {
          const place = world.log.findIndex((message) => {
            const read = reading(message);
            return (
              read.kind === 'marker' &&
              scopeName(read.scope) === scopeName(marker.scope) &&
              read.marker.through === marker.marker.through
            );
          });
          expectRolled(world, place);
          expectMissed(world, place);
          world.told.push(marker);
        }
      }),
    invalidate: () => undefined,
  };
}

/** As the consumer does it: chunks in flight, repeated while they are refused, one watermark. */
async function live(world: World, life: Life, hand: { count: number }): Promise<void> {
  const deps = depsOf(world, life, hand);
  const park = createStep(world.dice, life, () => world.odds.current);
  const isFenced = (shopKey: string, epoch: number) => !isOpen(world, { shopKey, epoch });
  const done = new Map<number, number>();
  const running: Promise<void>[] = [];
  let before: Promise<unknown> = Promise.resolve();

  const handle = async (from: number, to: number, turn: Promise<unknown>, letNext: () => void) => {
    const attempt = async (part: readonly InMessage[]) =>
      storeChunk(
        deps,
        await prepareChunk({ isFenced, validators, cutoff: () => CUTOFF }, part),
      ).catch((error: unknown) => {
        // Whatever else is in the way passes: the chunk is begun again.
        throw error instanceof AppError ? error : Object.assign(Object(error), { transient: true });
      });
    const { rejected, finishes } = await untilTaken(async () => {
      const settled = await settleByHalves(world.log.slice(from, to), attempt);
      for (const { message } of [...settled.parked, ...settled.rejected]) {
        await park(() => world.parked.add(message.offset));
      }
      return settled;
    });
    letNext();
    const first = rejected.length === 0 ? [] : [storeRejected({ ...deps, validators }, rejected)];
    for (const finish of [...first, ...finishes]) {
      await untilTaken(() =>
        finish({
          isFollowed: () => to < world.log.length,
          turn: async () => {
            await turn;
          },
        }),
      );
    }
    if (life.isDead) {
      throw new Dead();
    }
    done.set(from, to);
    for (let end = done.get(world.committed); end !== undefined; end = done.get(world.committed)) {
      expectRolled(world, end);
      expectMissed(world, end);
      expectParked(world, end);
      expectPriced(world, end);
      world.committed = end;
    }
  };

  for (let position = world.committed; position < world.log.length && !life.isDead;) {
    const to = Math.min(world.log.length, position + between(world.dice, 1, 12));
    const { promise: next, resolve: letNext } = Promise.withResolvers<undefined>();
    const mine = handle(position, to, before, () => {
      letNext(undefined);
    });
    running.push(mine);
    const settled = mine.catch(() => undefined);
    before = Promise.all([before, settled]);
    await Promise.race([next, settled]);
    if (running.length >= IN_FLIGHT) {
      await running.at(-IN_FLIGHT)?.catch(() => undefined);
    }
    position = to;
  }
  const ends = await Promise.allSettled(running);
  for (const end of ends) {
    if (end.status === 'rejected') {
      throw end.reason;
    }
  }
}

/** Closes a connection at some moment: what is in hand is let go first, as an acknowledgement says. */
async function erase(
  world: World,
  scope: Scope,
  hands: readonly { count: number }[],
): Promise<void> {
  await turns(between(world.dice, 0, 3_000));
  world.closed.add(scopeName(scope));
  const before = hands.length;
  const isLetGo = () => hands.length > before || hands.at(-1)?.count === 0;
  while (!isLetGo()) {
    await turns(5);
  }
  // Of a process that died something may still be on its way: its membership lapses first.
  await turns(60);
  world.tables.erase(scope);
}

/** Lives one after another until everything is committed, each commit looked at; a connection may be erased meanwhile. */
export async function untilAllCommitted(world: World, erased?: Scope): Promise<void> {
  const hands: { count: number }[] = [];
  const erasure = erased === undefined ? undefined : erase(world, erased, hands);
  world.lives = await liveUntilDone(world.odds, async (life) => {
    const hand = { count: 0 };
    hands.push(hand);
    try {
      await live(world, life, hand);
    } finally {
      hand.count = 0;
    }
  });
  await erasure;
}

/**
 * What a log is written to, while stores refuse, answers are lost and the process dies. Some records no
 * store ever takes.
 */
export function createWorld(
  dice: Dice,
  messages: readonly InMessage[],
  isRefused: (message: InMessage) => boolean = () => false,
): World {
  const log = messages.map((message, offset) => ({
    ...message,
    ...{ topic: 'tm.fact.order.v1', partition: 0, offset: String(offset) },
  }));
  const shared = { closed: new Set<string>(), parked: new Set<string>(), counts: [], told: [] };
  const refused = log.filter(isRefused).flatMap((message) => {
    const read = reading(message);
    return read.kind === 'fact' ? refuse(message, read.fact) : [];
  });
  const tables = createTables();
  return {
    dice,
    log,
    tables,
    gaps: createGapWorld(dice, tables, (scope) => !shared.closed.has(scopeName(scope))),
    ...shared,
    refused: new Set(refused),
    odds: { current: FAULTS },
    committed: 0,
    lives: 0,
  };
}
