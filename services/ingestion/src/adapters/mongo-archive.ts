import { mongoErrors } from '@tokometrics/kit';
import type { Mongo } from '@tokometrics/kit';
import { mongo as driver } from 'mongoose';
import type { ArchivedEvent } from '../domain/archived-event.ts';
import type { IdRange } from '../domain/id-ranges.ts';
import { insertNew } from './insert-new.ts';

export interface Archive {
  /** Insert-only: an event that is there already keeps its first bytes. Answers the ids of those. */
  store(events: readonly ArchivedEvent[]): Promise<ReadonlySet<string>>;
  count(shopKey: string, epoch: number): Promise<number>;
  /** Events of a connection whose ids lie in the range, in no order. */
  readRange(shopKey: string, epoch: number, range: IdRange): Promise<ArchivedEvent[]>;
  erase(shopKey: string, throughEpoch: number): Promise<{ found: number; removed: number }>;
  removeExpired(now: Date, signal: AbortSignal): Promise<number>;
  /** Indexes of a real MongoDB; the embedded one keeps their names and nothing else. */
  prepare(): Promise<void>;
}

type StoredEvent = Omit<ArchivedEvent, 'id' | 'ver' | 'sealed'> & {
  readonly _id: string;
  /** Absent in documents from before 2026-11-30, whose `_id` it is. */
  readonly eventId?: string;
  readonly ver: driver.Long;
  readonly sealed: Buffer | driver.Binary;
};

const bytesOf = (sealed: Buffer | driver.Binary): Buffer =>
  Buffer.isBuffer(sealed) ? sealed : Buffer.from(sealed.value());

/**
 * The event's own id behind what it has in common with its neighbours: a chunk then lands side by side
 * in the tree, where ids that are all chance would touch a page of it each.
 */
const storedId = ({ id, shopKey, epoch, occurredAt }: ArchivedEvent): string =>
  `${shopKey}:${String(epoch)}:${occurredAt.toISOString().slice(0, 10)}:${id}`;

export function createMongoArchive(mongo: Mongo): Archive {
  const events = mongo.collection<StoredEvent>('raw_events');
  return {
    async store(batch) {
      const rows = batch.map((item) => {
        const { id, ver, ...event } = item;
        const ids = { _id: storedId(item), eventId: id };
        return { ...ids, ver: driver.Long.fromString(ver), ...event };
      });
      const places = await insertNew(events, rows);
      return new Set(places.flatMap((place) => batch[place]?.id ?? []));
    },
    count: (shopKey, epoch) => mongoErrors(() => events.countDocuments({ shopKey, epoch })),
    async readRange(shopKey, epoch, { from, below }) {
      const range = { $gte: from, $lt: below };
      const isOld = { eventId: { $exists: false } };
      const ofRange = { shopKey, epoch, $or: [{ eventId: range }, { ...isOld, _id: range }] };
      const found = await mongoErrors(() =>
        events.find(ofRange, { promoteLongs: false }).toArray(),
      );
      return found.map(({ _id, eventId, ver, sealed, ...event }) => ({
        ...event,
        ...{ id: eventId ?? _id, ver: ver.toString(), sealed: bytesOf(sealed) },
      }));
    },
    erase: (shopKey, throughEpoch) => eraseScope(events, shopKey, throughEpoch),
    removeExpired: (now, signal) => removeExpired(events, now, signal),
    prepare: () => createScopeIndexes(events, { eventId: 1 }),
  };
}

interface Deletable {
  countDocuments(filter: object): Promise<number>;
  deleteMany(filter: object): Promise<{ deletedCount: number }>;
}

/** Deletes until a pass removes nothing; a crash in between is healed by the next command. */
export async function eraseScope(
  collection: Deletable,
  shopKey: string,
  throughEpoch: number,
): Promise<{ found: number; removed: number }> {
  const scope = { shopKey, epoch: { $lte: throughEpoch } };
  const found = await mongoErrors(() => collection.countDocuments(scope));
  let removed = 0;
  for (;;) {
    const { deletedCount } = await mongoErrors(() => collection.deleteMany(scope));
    removed += deletedCount;
    if (deletedCount === 0) {
      return { found: Math.max(found, removed), removed };
    }
  }
}

interface Expiring {
  find(filter: object): {
    project(fields: object): {
      limit(count: number): { toArray(): Promise<{ readonly _id?: unknown }[]> };
    };
  };
  deleteMany(filter: object): Promise<{ deletedCount: number }>;
}

const EXPIRED_AT_ONCE = 1_000;

/**
 * What is past its time, some at a time, so that nothing else waits long. Deleted by the same filter
 * again: what was written anew in between has another time.
 */
export async function removeExpired(
  collection: Expiring,
  now: Date,
  signal: AbortSignal,
): Promise<number> {
  const expired = { expireAt: { $lte: now } };
  let removed = 0;
  while (!signal.aborted) {
    const found = await mongoErrors(() =>
      collection.find(expired).project({ _id: 1 }).limit(EXPIRED_AT_ONCE).toArray(),
    );
    if (found.length === 0) {
      break;
    }
    const ids = found.map(({ _id }) => _id);
    const { deletedCount } = await mongoErrors(() =>
      collection.deleteMany({ _id: { $in: ids }, ...expired }),
    );
    removed += deletedCount;
  }
  return removed;
}

interface Indexable {
  createIndexes(indexes: { readonly key: Readonly<Record<string, 1>> }[]): Promise<unknown>;
}

/** By scope for erasures, by time for what is past it. */
export async function createScopeIndexes(
  collection: Indexable,
  within: Readonly<Record<string, 1>> = {},
): Promise<void> {
  await mongoErrors(() =>
    collection.createIndexes([
      { key: { shopKey: 1, epoch: 1, ...within } },
      { key: { expireAt: 1 } },
    ]),
  );
}
