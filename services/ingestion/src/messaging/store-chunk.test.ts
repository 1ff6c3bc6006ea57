import { describe, expect, it } from '@jest/globals';
import type { InMessage, OutMessage } from '@tokometrics/kit';
import { aShopKey } from '@tokometrics/testkit';
import fc from 'fast-check';
import { createValidators } from '../adapters/ajv-validators.ts';
import type { ArchivedEvent } from '../domain/archived-event.ts';
import type { Fate, TopicCounts } from '../domain/fates.ts';
import type { Head } from '../domain/head-rules.ts';
import { inClear, NOON_S, rawEvent, rawMarker, rawOrderBody } from '../raw-events.test-support.ts';
import { prepareChunk } from './prepare-chunk.ts';
import { storeChunk } from './store-chunk.ts';
import type { Scope } from './store-chunk.ts';

const validators = createValidators();
const OPEN = { shopKey: aShopKey(), epoch: 1 };
/** Closed before its records are read, while they are written, and behind their write. */
const CLOSED = { shopKey: aShopKey(), epoch: 1 };
const CLOSING = { shopKey: aShopKey(), epoch: 1 };
const CLOSED_LATE = { shopKey: aShopKey(), epoch: 1 };
const SCOPES = { open: OPEN, closed: CLOSED, closing: CLOSING, late: CLOSED_LATE };

const STATES = ['AWAITING_SHIPMENT', 'IN_TRANSIT'] as const;

const record = fc.record({
  what: fc.constantFrom('order', 'order', 'order', 'marker', 'no_json', 'expired', 'unscoped'),
  where: fc.constantFrom('open', 'open', 'open', 'closed', 'closing', 'late'),
  id: fc.integer({ min: 1, max: 3 }),
  updated: fc.nat({ max: 2 }),
  seq: fc.integer({ min: 1, max: 2 }),
  isBackfill: fc.boolean(),
  // Now and then another content under the same version.
  status: fc.constantFrom(...STATES, STATES[0]),
} as const);
type Drawn = typeof record extends fc.Arbitrary<infer R> ? R : never;

async function toMessage(
  { what, where, id, updated, seq, isBackfill, status }: Omit<Drawn, 'status'> & { status: string },
  offset: number,
): Promise<InMessage> {
  const scope = SCOPES[where];
  const body = rawOrderBody(`57646141303878570${String(id)}`, {
    ...{ update_time: NOON_S + updated, status },
    ...(what === 'expired' ? { create_time: 1_500_000_000, paid_time: 1_500_000_000 } : {}),
  });
  const event = await rawEvent(inClear.seal, scope, {
    body,
    updatedS: NOON_S + updated,
    seq,
    isBackfill,
  });
  const sent: OutMessage =
    what === 'marker' ? rawMarker(scope, { from: NOON_S, through: NOON_S + 9 }) : event;
  return {
    topic: sent.topic,
    ...{ partition: 0, offset: String(offset), timestamp: 0, key: scope.shopKey },
    value: what === 'no_json' ? Buffer.from('{') : sent.value,
    headers: what === 'unscoped' ? {} : { ...sent.headers },
  };
}

/** Archive, heads and log in memory, with failures where the test wants them. */
function createPlace(fails: () => boolean = () => false) {
  const archived = new Map<string, ArchivedEvent>();
  const heads = new Map<string, Head>();
  const counted: TopicCounts[] = [];
  const unknown: string[] = [];
  const published: OutMessage[] = [];
  const step = (): Promise<void> =>
    fails() ? Promise.reject(new Error('away')) : Promise.resolve();
  const isOpenNow = ({ shopKey }: Scope): boolean => shopKey !== CLOSING.shopKey;
  const deps = {
    isFenced: (shopKey: string) => shopKey === CLOSED.shopKey,
    ...{ open: inClear.open, validators },
    zoneOf: () => Promise.resolve('Europe/London'),
    cutoff: () => '2024-11-23',
    revsOf: () => Promise.resolve(new Map<string, number>()),
    readHeads: (ids: readonly string[]) =>
      Promise.resolve(new Map([...heads].filter(([id]) => ids.includes(id)))),
    writeHeads: async (changed: ReadonlyMap<string, Head>) => {
      await step();
      changed.forEach((head, id) => heads.set(id, head));
    },
    archive: async (events: readonly ArchivedEvent[]) => {
      const known = new Set(events.map(({ id }) => id).filter((id) => archived.has(id)));
      events.forEach((event) => archived.set(event.id, archived.get(event.id) ?? event));
      await step();
      return known;
    },
    publish: async (batch: readonly OutMessage[]) => {
      await step();
      published.push(...batch);
    },
    guardedChunk: async (
      scopes: readonly Scope[],
      write: (open: readonly Scope[]) => Promise<void>,
    ) => {
      await write(scopes.filter(isOpenNow));
      for (const [id, event] of archived) {
        if (event.shopKey === CLOSED_LATE.shopKey) {
          archived.delete(id);
        }
      }
      const isOpen = (scope: Scope) => isOpenNow(scope) && scope.shopKey !== CLOSED_LATE.shopKey;
      return { fenced: scopes.filter((scope) => !isOpen(scope)) };
    },
    count: (counts: readonly TopicCounts[]) => {
      counted.push(...counts);
    },
    countUnknown: (resource: string, field: string) => {
      unknown.push(`${resource}.${field}`);
    },
  };
  const settle = async (chunk: readonly InMessage[]) =>
    storeChunk(deps, await prepareChunk(deps, chunk));
  const parkedOf = async (chunk: readonly InMessage[]) => {
    const { parked, finish } = await settle(chunk);
    await finish({ isFollowed: () => false, turn: () => Promise.resolve() });
    return parked;
  };
  const store = async (chunk: readonly InMessage[]): Promise<number> =>
    (await parkedOf(chunk)).length;
  const total = (fate: Fate): number =>
    counted.reduce((sum, { byFate }) => sum + (byFate.get(fate) ?? 0), 0);
  return { archived, counted, published, unknown, settle, parkedOf, store, total };
}

function chunksOf<T>(items: readonly T[], sizes: readonly number[]): T[][] {
  const chunks: T[][] = [];
  for (let at = 0, turn = 0; at < items.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    chunks.push(items.slice(at, at + size));
    at += size;
  }
  return chunks;
}

const stream = fc.array(record, { minLength: 1, maxLength: 40 });
const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1 });
const sumOf = ({ byFate }: TopicCounts): number =>
  [...byFate.values()].reduce((sum, count) => sum + count, 0);

describe('storeChunk', () => {
  it('gives every record one fate, and as many stored as the archive holds', async () => {
    await fc.assert(
      fc.asyncProperty(stream, sizes, async (records, widths) => {
        const place = createPlace();
        const messages = await Promise.all(records.map(toMessage));
        let parked = 0;
        for (const chunk of chunksOf(messages, widths)) {
          parked += await place.store(chunk);
        }
        const consumed = place.counted.reduce((sum, { consumed: of }) => sum + of, 0);

        expect(consumed).toBe(messages.length);
        expect(place.counted.filter((counts) => sumOf(counts) !== counts.consumed)).toEqual([]);
        expect(place.total('stored')).toBe(place.archived.size);
        expect(place.total('parked')).toBe(parked);
      }),
      { numRuns: 300 },
    );
  });

  it('counts a chunk once, however often it has to be repeated', async () => {
    await fc.assert(
      fc.asyncProperty(stream, sizes, fc.array(fc.boolean()), async (records, widths, failures) => {
        const left = [...failures];
        const place = createPlace(() => left.shift() === true);
        const messages = await Promise.all(records.map(toMessage));
        for (const chunk of chunksOf(messages, widths)) {
          for (let isDone = false; !isDone;) {
            isDone = await place.store(chunk).then(
              () => true,
              () => false,
            );
          }
        }
        const consumed = place.counted.reduce((sum, { consumed: of }) => sum + of, 0);

        expect(consumed).toBe(messages.length);
        expect(place.counted.filter((counts) => sumOf(counts) !== counts.consumed)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it.each([[1], [2]])(
    'keeps the first content of a version and parks the second, %i to a chunk',
    async (width) => {
      const place = createPlace();
      const order = { what: 'order', where: 'open', id: 1, updated: 0, seq: 1 } as const;
      const messages = await Promise.all(
        STATES.map((status, offset) => toMessage({ ...order, isBackfill: false, status }, offset)),
      );
      const parked = [];
      for (const chunk of chunksOf(messages, [width])) {
        parked.push(...(await place.parkedOf(chunk)));
      }

      expect(parked).toEqual([{ message: messages[1], reason: 'ver_conflict' }]);
      expect([place.archived.size, place.published.length]).toEqual([1, 1]);
      expect([place.total('stored'), place.total('parked')]).toEqual([1, 1]);
    },
  );

  it('says whether the archive was asked to take anything', async () => {
    const place = createPlace();
    const order = { what: 'order', where: 'open', id: 1, updated: 0, seq: 1 } as const;
    const [status] = STATES;
    const one = await toMessage({ ...order, isBackfill: false, status }, 0);
    const other = await toMessage({ ...order, id: 2, isBackfill: false, status }, 1);
    const closed = await toMessage({ ...order, where: 'closed', isBackfill: false, status }, 2);
    const isStored = async (...chunk: readonly InMessage[]) => {
      const { isStored, finish } = await place.settle(chunk);
      await finish({ isFollowed: () => false, turn: () => Promise.resolve() });
      return isStored;
    };

    expect(await isStored(one)).toBe(true);
    expect(await isStored(one)).toBe(false);
    expect(await isStored(closed)).toBe(false);
    expect(await isStored({ ...one, value: Buffer.from('{') })).toBe(false);
    expect(await isStored(one, other)).toBe(true);
  });

  it('parks nothing of a scope that is closed, not even a second content', async () => {
    const place = createPlace();
    const order = { what: 'order', where: 'late', id: 1, updated: 0, seq: 1 } as const;
    const messages = await Promise.all(
      STATES.map((status, offset) => toMessage({ ...order, isBackfill: false, status }, offset)),
    );

    expect(await place.parkedOf(messages)).toEqual([]);
    expect(place.total('fenced')).toBe(2);
  });

  it('says once on each topic what did not change, also when the older reading comes later', async () => {
    const place = createPlace();
    const order = { what: 'order', where: 'open', id: 1, updated: 1, status: STATES[0] } as const;
    const steps = [
      { seq: 2, isBackfill: false },
      { seq: 1, isBackfill: true },
      { seq: 1, isBackfill: true },
      { seq: 2, isBackfill: false },
    ];
    for (const step of steps) {
      await place.store([await toMessage({ ...order, ...step }, 0)]);
    }

    expect(place.published.map(({ topic }) => topic)).toEqual([
      'tm.fact.order.v1',
      'tm.fact.order.v1.bf',
    ]);
    expect(place.total('unchanged')).toBe(2);
  });

  it('counts a value that is not documented once per fact that is sent, and keeps it as text', async () => {
    const place = createPlace();
    const order = { what: 'order', where: 'open', updated: 1, seq: 1, isBackfill: false } as const;
    const messages = await Promise.all(
      [
        { id: 1, status: 'INVENTED_TODAY' },
        { id: 1, status: 'INVENTED_TODAY', where: 'late' as const },
        { id: 2, status: 'COMPLETED' },
      ].map((one, at) => toMessage({ ...order, ...one }, at)),
    );

    await place.store(messages);
    await place.store(messages);

    expect(place.unknown).toEqual(['order.status']);
    expect(place.published.map(({ value }) => String(value)).join('')).toContain('INVENTED_TODAY');
    expect(place.total('parked')).toBe(0);
  });

  it('has said on each topic what it was told there before the next of its markers', async () => {
    const lanes = fc.array(fc.tuple(fc.boolean(), stream), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(lanes, async (chunks) => {
        const place = createPlace();
        const told = new Map<string, Set<string>>();
        for (const [isBackfill, records] of chunks) {
          const drawn = records
            .filter(({ what }) => what === 'order')
            .map((one) => ({ ...one, isBackfill, where: 'open' as const }));
          const messages = await Promise.all(drawn.map(toMessage));
          const parked = await place.parkedOf(messages);
          const kept = messages.filter((one) => !parked.some(({ message }) => message === one));

          const lane = isBackfill ? 'backfill' : 'live';
          const ofLane = told.get(lane) ?? new Set<string>();
          told.set(lane, new Set([...ofLane, ...kept.map(said)]));
          const published = place.published.filter(
            ({ topic }) => topic.endsWith('.bf') === isBackfill,
          );
          // A marker may come at any moment: after each chunk all of it must be out.
          expect(new Set(published.map(said))).toEqual(told.get(lane));
        }
      }),
      { numRuns: 200 },
    );
  });
});

/** Which state of which entity a raw record or its fact tells; a version says when it was read. */
function said({ value }: { readonly value: Buffer | null }): string {
  const { subject, contenthash, time } = JSON.parse(value?.toString() ?? '') as Record<
    string,
    string
  >;
  return `${subject ?? ''} ${contenthash ?? ''} ${time ?? ''}`;
}
