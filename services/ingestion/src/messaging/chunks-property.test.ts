import { describe, expect, it } from '@jest/globals';
import { HEADERS, MARKER_TYPE } from '@tokometrics/contracts';
import type { InMessage, OutMessage } from '@tokometrics/kit';
import {
  aShopKey,
  between,
  createStep,
  Dead,
  liveUntilDone,
  pick,
  seeded,
  shuffled,
  turns,
  untilTaken,
} from '@tokometrics/testkit';
import type { Dice, Life, Odds } from '@tokometrics/testkit';
import { createValidators } from '../adapters/ajv-validators.ts';
import type { ArchivedEvent } from '../domain/archived-event.ts';
import { headId, joinHeads } from '../domain/head-rules.ts';
import type { Head } from '../domain/head-rules.ts';
import { inClear, NOON_S, rawEvent, rawMarker, rawOrderBody } from '../raw-events.test-support.ts';
import type { RawScope } from '../raw-events.test-support.ts';
import { prepareChunk } from './prepare-chunk.ts';
import type { Prepared } from './prepare-chunk.ts';
import { storeChunk } from './store-chunk.ts';
import type { Scope } from './store-chunk.ts';

const validators = createValidators();
const FAULTS: Odds = { refuse: 0.03, loseAnswer: 0.03, die: 0.02 };
const SEEDS = Array.from({ length: 40 }, (_, seed) => seed + 1);
const CUTOFF = '2024-11-23';
const NONE = Buffer.alloc(0);
const zoneOf = () => Promise.resolve('Europe/London');

/** Live records and history of the same orders: two topics that are read at the same time. */
interface Lane {
  readonly log: readonly InMessage[];
  readonly facts: OutMessage[];
  readonly parked: Set<string>;
  committed: number;
}

interface World {
  readonly dice: Dice;
  readonly lanes: readonly Lane[];
  readonly archived: Map<string, ArchivedEvent>;
  readonly heads: Map<string, Head>;
  readonly closed: Set<string>;
  readonly odds: { current: Odds };
}

const nameOf = ({ shopKey, epoch }: Scope): string => `${shopKey}:${String(epoch)}`;
const isOpen = ({ closed }: World, scope: Scope): boolean => !closed.has(nameOf(scope));

interface Event {
  readonly id: string;
  readonly scope: Scope;
  readonly subject: string;
  readonly ver: bigint;
  readonly contenthash: string;
}

/** What a record or a fact says of itself; undefined for markers and what nobody can read. */
function eventOf({ value, headers }: Pick<InMessage | OutMessage, 'value' | 'headers'>) {
  if (headers?.[HEADERS.type] === MARKER_TYPE || value?.toString().startsWith('{"spec') !== true) {
    return undefined;
  }
  const { id, shopkey, epoch, subject, ver, contenthash } = JSON.parse(value.toString()) as Record<
    string,
    string
  >;
  return {
    ...{ id, subject, contenthash },
    scope: { shopKey: shopkey, epoch: Number(epoch) },
    ver: BigInt(ver ?? 0),
  } as Event;
}

const sameText = ({ scope, subject, contenthash, ver }: Event): string =>
  `${nameOf(scope)}:${subject}:${contenthash}:${String(ver >> 24n)}`;

async function randomLog(dice: Dice, scopes: readonly RawScope[], isBackfill: boolean) {
  const drawn: OutMessage[] = [];
  for (let n = 0; n < 60; n += 1) {
    const scope = pick(dice, scopes);
    const updatedS = NOON_S + between(dice, 0, 3);
    const id = `57646141303878570${String(between(dice, 1, 6))}`;
    // One version has one content, and what once was comes back: A, B, C, A.
    const body = rawOrderBody(id, { status: `S${String((updatedS - NOON_S) % 3)}` });
    const record =
      dice() < 0.1
        ? rawMarker(scope, { from: NOON_S, through: NOON_S + n })
        : await rawEvent(inClear.seal, scope, {
            body,
            updatedS,
            seq: between(dice, 1, 3),
            isBackfill,
          });
    drawn.push(dice() < 0.04 ? { ...record, value: Buffer.from('{') } : record);
  }
  const doubled = shuffled(dice, [...drawn, ...drawn.filter(() => dice() < 0.2)]);
  return doubled.map(({ topic, key, value, headers = {} }, offset): InMessage => ({
    ...{ topic, key, value, headers, partition: 0, timestamp: 0, offset: String(offset) },
  }));
}

async function createWorld(dice: Dice, scopes: readonly RawScope[]): Promise<World> {
  const logs = [await randomLog(dice, scopes, false), await randomLog(dice, scopes, true)];
  return {
    dice,
    lanes: logs.map((log) => ({ log, facts: [], parked: new Set(), committed: 0 })),
    ...{ archived: new Map(), heads: new Map(), closed: new Set() },
    odds: { current: FAULTS },
  };
}

/** As the store keeps them: one for each of the two who write. */
function knownHead(heads: ReadonlyMap<string, Head>, id: string): Head[] {
  return [
    joinHeads(['live', 'backfill'].flatMap((lane) => heads.get(`${lane} ${id}`) ?? [])) ?? [],
  ].flat();
}

/** All that readers of facts need of what lies below an offset is in the archive and was sent. */
function expectSent(world: World, lane: Lane, below: number): void {
  const sent = new Set(
    world.lanes.flatMap(({ facts }) => facts.flatMap((fact) => eventOf(fact) ?? []).map(sameText)),
  );
  for (const message of lane.log.slice(0, below)) {
    const event = eventOf(message);
    if (event !== undefined && isOpen(world, event.scope)) {
      expect(sent).toContain(sameText(event));
    }
  }
}

function depsOf(world: World, lane: Lane, life: Life, hand: { count: number }) {
  const { archived, heads, dice } = world;
  const step = createStep(dice, life, () => world.odds.current);
  return {
    ...{ open: inClear.open, validators, zoneOf, cutoff: () => CUTOFF },
    isFenced: (shopKey: string, epoch: number) => !isOpen(world, { shopKey, epoch }),
    revsOf: () => step(() => new Map<string, number>()),
    readHeads: (ids: readonly string[]) =>
      step(() => new Map(ids.flatMap((id) => knownHead(heads, id).map((head) => [id, head])))),
    writeHeads: (changed: ReadonlyMap<string, Head>) =>
      step(() => {
        changed.forEach((head, id) => heads.set(`${head.writtenOn ?? ''} ${id}`, head));
      }),
    archive: (events: readonly ArchivedEvent[]) =>
      step(() => {
        const known = new Set(events.map(({ id }) => id).filter((id) => archived.has(id)));
        events.forEach((event) => archived.set(event.id, archived.get(event.id) ?? event));
        return known;
      }),
    publish: (batch: readonly OutMessage[]) =>
      step(() => {
        for (const message of batch) {
          const event = eventOf(message);
          if (event === undefined) {
            // A marker stands behind the facts of all that stood before it.
            expectSent(
              world,
              lane,
              lane.log.findIndex(({ value }) => value?.equals(message.value ?? NONE)),
            );
          } else if (isOpen(world, event.scope)) {
            expect(archived.has(event.id)).toBe(true);
          }
          lane.facts.push(message);
        }
      }),
    guardedChunk: async (
      scopes: readonly Scope[],
      write: (open: readonly Scope[]) => Promise<void>,
    ) => {
      hand.count += 1;
      try {
        await write(scopes.filter((scope) => isOpen(world, scope)));
        return { fenced: scopes.filter((scope) => !isOpen(world, scope)) };
      } finally {
        hand.count -= 1;
      }
    },
    count: () => undefined,
    countUnknown: () => undefined,
    park: (prepared: Prepared) => step(() => lane.parked.add(prepared.message.offset)),
  };
}

async function consume(world: World, lane: Lane, life: Life, hand: { count: number }) {
  const deps = depsOf(world, lane, life, hand);
  while (lane.committed < lane.log.length) {
    const to = Math.min(lane.log.length, lane.committed + between(world.dice, 1, 12));
    const prepared = await prepareChunk(deps, lane.log.slice(lane.committed, to));
    await untilTaken(async () => {
      const { parked, finish } = await storeChunk(deps, prepared);
      await finish({ isFollowed: () => false, turn: () => Promise.resolve() });
      const messages = new Set(parked.map(({ message }) => message));
      for (const item of prepared.filter(({ message }) => messages.has(message))) {
        await deps.park(item);
      }
    });
    // Another lane may have died meanwhile: the process is one.
    if (life.isDead) {
      throw new Dead();
    }
    expectSent(world, lane, to);
    lane.committed = to;
  }
}

async function untilAllCommitted(world: World, erased?: Scope): Promise<number> {
  const hands: { count: number }[] = [];
  const erasure = erased === undefined ? undefined : erase(world, erased, hands);
  const lives = await liveUntilDone(world.odds, async (life) => {
    const hand = { count: 0 };
    hands.push(hand);
    const ends = await Promise.allSettled(
      world.lanes.map((lane) => consume(world, lane, life, hand)),
    );
    hand.count = 0;
    for (const end of ends) {
      if (end.status === 'rejected') {
        throw end.reason;
      }
    }
  });
  await erasure;
  return lives;
}

/** What is in hand is let go first, as an acknowledgement says. */
async function erase(world: World, scope: Scope, hands: readonly { count: number }[]) {
  await turns(between(world.dice, 0, 900));
  world.closed.add(nameOf(scope));
  const before = hands.length;
  while (hands.length <= before && hands.at(-1)?.count !== 0) {
    await turns(5);
  }
  await turns(60);
  for (const held of [world.archived, world.heads]) {
    for (const [id, { shopKey, epoch }] of held as Map<string, Scope>) {
      if (nameOf({ shopKey, epoch }) === nameOf(scope)) {
        held.delete(id);
      }
    }
  }
}

function expectExact(world: World): void {
  const events = world.lanes
    .flatMap(({ log }) => log.flatMap((message) => eventOf(message) ?? []))
    .filter(({ scope }) => isOpen(world, scope));
  const newest = new Map<string, Event>();
  for (const event of events) {
    const key = `${nameOf(event.scope)}:${event.subject}`;
    const known = newest.get(key);
    if (known === undefined || event.ver > known.ver) {
      newest.set(key, event);
    }
  }
  const facts = world.lanes.flatMap((lane) => lane.facts.flatMap((fact) => eventOf(fact) ?? []));
  for (const event of newest.values()) {
    const sent = facts.filter(
      ({ scope, subject }) => nameOf(scope) === nameOf(event.scope) && subject === event.subject,
    );
    const last = sent.reduce((best, fact) => (fact.ver > best.ver ? fact : best));
    // What nothing but its number tells apart from the fact before it need not be sent again.
    expect(sameText(last)).toBe(sameText(event));
    const entity = { ...event.scope, entity: 'order' as const, entityId: event.subject };
    expect(knownHead(world.heads, headId(entity))).toMatchObject([
      { contentHash: event.contenthash, updateTimeS: Number(event.ver >> 24n) },
    ]);
  }
  const kept = new Set(
    [...world.archived.values()].map(({ id, shopKey, epoch, entityId, contentHash, ver }) =>
      sameText({
        ...{ id, scope: { shopKey, epoch }, subject: entityId },
        ...{ contenthash: contentHash, ver: BigInt(ver) },
      }),
    ),
  );
  expect(kept).toEqual(new Set(events.map(sameText)));
}

function markersOf({ lanes }: World, from: 'log' | 'facts'): Set<string> {
  return new Set(
    lanes.flatMap((lane) =>
      (lane[from] as (InMessage | OutMessage)[]).flatMap(({ headers, value }) =>
        headers?.[HEADERS.type] === MARKER_TYPE && value?.length !== 1 ? [String(value)] : [],
      ),
    ),
  );
}

describe('ingestion, while stores refuse, answers are lost and the process dies', () => {
  let lives = 0;

  it.each(SEEDS)('archives all, and the newest of all has been sent (seed %d)', async (seed) => {
    const dice = seeded(seed);
    const scopes = [1, 2].map(() => ({ shopKey: aShopKey(), epoch: 1 }));
    const world = await createWorld(dice, scopes);

    lives += await untilAllCommitted(world);

    expectExact(world);
    expect(markersOf(world, 'facts')).toEqual(markersOf(world, 'log'));
    for (const lane of world.lanes) {
      const unreadable = lane.log.filter(({ value }) => value?.length === 1);
      expect(lane.parked).toEqual(new Set(unreadable.map(({ offset }) => offset)));
    }
  });

  it.each(SEEDS)('keeps nothing of a connection that is erased (seed %d)', async (seed) => {
    const dice = seeded(1_000 + seed);
    const [leaving, staying] = [1, 2].map(() => ({ shopKey: aShopKey(), epoch: 1 }));
    const again = { shopKey: leaving?.shopKey ?? aShopKey(), epoch: 2 };
    const world = await createWorld(dice, [leaving ?? again, staying ?? again, again]);

    await untilAllCommitted(world, leaving);

    const held = [...world.archived.values(), ...world.heads.values()];
    expect(held.filter((one) => nameOf(one) === nameOf(leaving ?? again))).toEqual([]);
    expect(held.filter((one) => nameOf(one) === nameOf(again)).length).toBeGreaterThan(0);
    expectExact(world);
  });

  it('has died often in these runs: others would prove little', () => {
    expect(lives).toBeGreaterThan(3 * SEEDS.length);
  });
});
