import {
  backfillTwin,
  FACT_VERSIONS,
  factTopic,
  factType,
  GAP_TYPE,
  HEADERS,
  MARKER_TYPE,
  rawTopic,
  RESOURCES,
  scopeOfHeaders,
} from '@tokometrics/contracts';
import type { Gap, Resource } from '@tokometrics/contracts';
import type { ChunkResult, Finish, InMessage, OutMessage } from '@tokometrics/kit';
import type { ArchivedEvent } from '../domain/archived-event.ts';
import { countsOf } from '../domain/fates.ts';
import type { Fate, TopicCounts } from '../domain/fates.ts';
import {
  headId,
  isConflicting,
  isDueAgain,
  isNewer,
  isSaid,
  isUnchanged,
  updateTimeOf,
} from '../domain/head-rules.ts';
import type { Head, Lane } from '../domain/head-rules.ts';
import { fieldsOfUnknownValue } from '../domain/known-values.ts';
import { bucketOf, keepBucket } from '../domain/normalise.ts';
import { snapshotExpiry } from '../domain/retention.ts';
import type { Prepared, PreparedEvent, PreparedMarker, PreparedParked } from './prepare-chunk.ts';

export interface StoreDeps {
  readonly readHeads: (ids: readonly string[]) => Promise<Map<string, Head>>;
  readonly writeHeads: (heads: ReadonlyMap<string, Head>) => Promise<void>;
  /** Answers the ids of those that were there already. */
  readonly archive: (events: readonly ArchivedEvent[]) => Promise<ReadonlySet<string>>;
  readonly publish: (batch: readonly OutMessage[]) => Promise<void>;
  /** Content revisions as they stand now, by `shopKey:epoch`; absent is 0. */
  readonly revsOf: (scopes: readonly Scope[]) => Promise<ReadonlyMap<string, number>>;
  /** Writes only for scopes that are open; takes back what landed in one that closed meanwhile. */
  readonly guardedChunk: (
    scopes: readonly Scope[],
    write: (open: readonly Scope[]) => Promise<void>,
  ) => Promise<{ readonly fenced: readonly Scope[] }>;
  readonly count: (counts: readonly TopicCounts[]) => void;
  /** A fact that was sent has a value in this field that TikTok Shop does not document. */
  readonly countUnknown: (resource: Resource, field: string) => void;
}

export interface Scope {
  readonly shopKey: string;
  readonly epoch: number;
}

/**
 * Archives, publishes, then moves the heads. The order carries the guarantee:
 * 1. the sealed bytes are in the archive before anybody can see the fact;
 * 2. the revision is asked for behind the archive: a rebuild that has raised it either finds the
 *    event there or finds it stamped anew;
 * 3. the facts are acknowledged before a head can suppress their redelivery;
 * 4. gaps follow the facts of their partition, then what is told of records that a store refused;
 * 5. markers are what is left: of a chunk that was halved nothing else is on its way by then, so that
 *    completeness never runs ahead of data, and says what is missing.
 * A crash anywhere repeats the chunk, and every step is idempotent.
 */
export async function storeChunk(
  deps: StoreDeps,
  prepared: readonly Prepared[],
): Promise<Required<ChunkResult>> {
  const events = prepared.filter((item) => item.kind === 'event');
  const missing = prepared.flatMap((item) => (item.kind === 'parked' ? missingOf(item) : []));
  const known = await deps.readHeads([
    ...new Set([...events.map((event) => idOf(event)), ...missing.map((one) => idOfMissing(one))]),
  ]);
  const { fresh, conflicting, heads } = plan(events, known);
  const fates = fatesOf(prepared, new Set(fresh));
  // The bucket of the first sight stays, whether that was before this chunk or within it.
  const bucketFor = (event: PreparedEvent): string =>
    (heads.get(idOf(event)) ?? known.get(idOf(event)))?.localDate ?? bucketOf(event.fact);
  const markers = prepared.filter((item) => item.kind === 'marker');
  const gaps = missing.filter((one) => {
    const id = idOfMissing(one);
    return !isSaidAlready(one, heads.get(id) ?? known.get(id));
  });
  const scoped = [...fresh, ...conflicting];
  const scopes = scopesOf([...scoped.map(scopeOf), ...gaps.map(({ scope }) => scope)]);
  // A chunk of closed scopes alone is not written, but counted like any other.
  let isStored = false;
  const { fenced } = await deps.guardedChunk(scopes, async (open) => {
    const isOpen = opener(open);
    const writable = fresh.filter((event) => isOpen(scopeOf(event)));
    isStored = writable.length > 0;
    const known = await deps.archive(writable.map((event) => toArchived(event, bucketFor(event))));
    noteArchived(fates, writable, known);
    const revs = writable.length === 0 ? new Map<string, number>() : await deps.revsOf(open);
    await deps.publish([
      ...writable.map((event) =>
        toFact(event, bucketFor(event), revs.get(keyOf(scopeOf(event))) ?? 0),
      ),
      ...gaps.filter(({ scope }) => isOpen(scope)).map(toGap),
    ]);
    await deps.writeHeads(new Map([...heads].filter(([, head]) => isOpen(head))));
  });
  for (const { message } of conflicting) {
    fates.set(message, 'parked');
  }
  const isClosed = opener(fenced);
  for (const item of scoped.filter((one) => isClosed(scopeOf(one)))) {
    fates.set(item.message, 'fenced');
  }
  const counts = countsOf(
    prepared.flatMap(({ kind, message }) => (kind === 'marker' ? [] : [message])),
    fates,
  );
  for (const { resource, fact } of fresh.filter(({ message }) => fates.get(message) !== 'fenced')) {
    fieldsOfUnknownValue(resource, fact).forEach((field) => {
      deps.countUnknown(resource, field);
    });
  }
  const parked = prepared.flatMap((item) =>
    item.kind === 'parked' ? [{ message: item.message, reason: item.reason }] : [],
  );
  for (const event of conflicting.filter((one) => !isClosed(scopeOf(one)))) {
    parked.push({ message: event.message, reason: 'ver_conflict' });
  }
  return { parked, isStored, finish: finishOf(deps, markers, counts) };
}

/** What is left of a chunk whose facts are sent: it holds no record. */
function finishOf(
  deps: Pick<StoreDeps, 'count' | 'guardedChunk' | 'publish'>,
  markers: readonly PreparedMarker[],
  counts: readonly TopicCounts[],
): Finish {
  const held = markers.map(({ message, scope }) => ({
    ...{ topic: message.topic, scope },
    marker: toMarker(message),
  }));
  return async () => {
    const { fenced } = await deps.guardedChunk(
      scopesOf(held.map(({ scope }) => scope)),
      async (open) => {
        const isOpen = opener(open);
        await deps.publish(held.flatMap(({ scope, marker }) => (isOpen(scope) ? [marker] : [])));
      },
    );
    const isClosed = opener(fenced);
    const fates = held.map((one) => [one, isClosed(one.scope) ? 'fenced' : 'marker'] as const);
    // Once, when all of it is done: a chunk that is repeated would else be counted in parts.
    deps.count([...counts, ...countsOf(held, new Map(fates))]);
  };
}

function idOf({ envelope, resource }: PreparedEvent): string {
  return headId({
    shopKey: envelope.shopkey,
    epoch: envelope.epoch,
    entity: resource,
    entityId: envelope.subject,
  });
}

/**
 * Walks the chunk in order: what is unchanged against the newest version seen so far, and was said on
 * this lane, is left out; what has the newest version and another content is told apart.
 */
function plan(events: readonly PreparedEvent[], known: ReadonlyMap<string, Head>) {
  const heads = new Map<string, Head>();
  const fresh: PreparedEvent[] = [];
  const conflicting: PreparedEvent[] = [];
  for (const event of events) {
    const id = idOf(event);
    const head = heads.get(id) ?? known.get(id);
    const candidate = { ver: event.envelope.ver, contentHash: event.envelope.contenthash };
    if (isConflicting(candidate, head)) {
      conflicting.push(event);
      continue;
    }
    const lane = laneOf(event.message);
    const isKnown = isUnchanged(candidate, head);
    const isDue = isDueAgain(event.resource, { ...candidate, fetchedAt: event.fetchedAt }, head);
    if (isKnown && isSaid(lane, head) && !isDue) {
      continue;
    }
    fresh.push(event);
    const lanes = isKnown ? [...new Set([...(head?.lanes ?? []), lane])] : [lane];
    if (isNewer(candidate, head)) {
      heads.set(id, toHead(event, head, lanes));
    } else if (isKnown && head !== undefined) {
      heads.set(id, { ...head, lanes, writtenOn: lane });
    }
  }
  return { fresh, conflicting, heads };
}

function toHead(event: PreparedEvent, before: Head | undefined, lanes: readonly Lane[]): Head {
  const { envelope } = event;
  const localDate = before?.localDate ?? bucketOf(event.fact);
  return {
    shopKey: envelope.shopkey,
    epoch: envelope.epoch,
    entity: event.resource,
    entityId: envelope.subject,
    ver: envelope.ver,
    updateTimeS: updateTimeOf(envelope.ver),
    contentHash: envelope.contenthash,
    lanes,
    fetchedAt: event.fetchedAt,
    localDate,
    expireAt: expiryFor(event, localDate),
    writtenOn: laneOf(event.message),
  };
}

function toArchived(event: PreparedEvent, localDate: string): ArchivedEvent {
  const { envelope } = event;
  return {
    id: envelope.id,
    shopKey: envelope.shopkey,
    epoch: envelope.epoch,
    entity: event.resource,
    entityId: envelope.subject,
    ver: envelope.ver,
    contentHash: envelope.contenthash,
    origin: envelope.origin,
    schemaVer: envelope.schemaver,
    ceType: envelope.type,
    occurredAt: new Date(envelope.time),
    fetchedAt: event.fetchedAt,
    expireAt: expiryFor(event, localDate),
    localDate,
    sealed: Buffer.from(JSON.stringify(envelope.data)),
  };
}

const expiryFor = ({ resource, envelope, fetchedAt }: PreparedEvent, localDate: string): Date =>
  snapshotExpiry(resource, { occurredAt: new Date(envelope.time), fetchedAt, localDate });

/** The bucket stays that of the first sight, whatever the rules say now. */
export function toFact(event: PreparedEvent, localDate: string, rev: number): OutMessage {
  const { envelope, resource } = event;
  const type = factType(resource);
  const fact = keepBucket(event.fact, localDate);
  const value = {
    ...envelope,
    type,
    source: '/ingestion',
    rev,
    // Of the fact, which this release has written; the record may be by another's schema.
    schemaver: FACT_VERSIONS[resource],
    data: fact,
  };
  return {
    topic: factTopicFor(event.message),
    key: event.message.key,
    value: Buffer.from(JSON.stringify(value)),
    headers: {
      ...event.message.headers,
      [HEADERS.type]: type,
      [HEADERS.source]: '/ingestion',
    },
  };
}

function toMarker(message: InMessage): OutMessage {
  return {
    topic: factTopicFor(message),
    key: message.key,
    value: message.value,
    headers: { ...message.headers, [HEADERS.type]: MARKER_TYPE },
  };
}

export interface Missing {
  readonly message: InMessage;
  readonly scope: Scope;
  readonly gap: Gap;
  readonly contentHash: string | undefined;
}

export function missingOf({
  message,
  gap,
  contentHash,
}: Pick<PreparedParked, 'message' | 'gap' | 'contentHash'>): Missing[] {
  const scope = scopeOfHeaders(message.headers);
  return gap === undefined || scope === undefined ? [] : [{ message, scope, gap, contentHash }];
}

const idOfMissing = ({ scope, gap }: Missing): string =>
  headId({ ...scope, entity: gap.resource, entityId: gap.entityId });

/**
 * Whether an earlier reading has said all of it: then nothing is missing. Nothing would close the gap
 * either, since the record is left out as unchanged when it is sent again.
 */
function isSaidAlready({ message, gap, contentHash }: Missing, head: Head | undefined): boolean {
  return (
    contentHash !== undefined &&
    isUnchanged({ ver: gap.ver, contentHash }, head) &&
    isSaid(laneOf(message), head)
  );
}

export function toGap({ message, gap }: Missing): OutMessage {
  return {
    topic: factTopicFor(message),
    key: message.key,
    value: Buffer.from(JSON.stringify(gap)),
    headers: { ...message.headers, [HEADERS.type]: GAP_TYPE, [HEADERS.source]: '/ingestion' },
  };
}

/** `tm.raw.order.v1.bf` → `tm.fact.order.v1.bf`: the twin of a twin stays a twin. */
function factTopicFor(message: InMessage): string {
  const { topic } = message;
  const fact = factTopic(RESOURCES.find((of) => topic.startsWith(rawTopic(of))) ?? 'order');
  return laneOf(message) === 'backfill' ? backfillTwin(fact) : fact;
}

function laneOf({ topic }: InMessage): Lane {
  return topic.endsWith('.bf') ? 'backfill' : 'live';
}

function scopeOf({ envelope }: PreparedEvent): Scope {
  return { shopKey: envelope.shopkey, epoch: envelope.epoch };
}

const keyOf = ({ shopKey, epoch }: Scope): string => `${shopKey}:${String(epoch)}`;

export function scopesOf(scopes: readonly Scope[]): Scope[] {
  return [...new Map(scopes.map((scope) => [keyOf(scope), scope])).values()];
}

export function opener(open: readonly Scope[]): (scope: Scope) => boolean {
  const keys = new Set(open.map((scope) => keyOf(scope)));
  return (scope) => keys.has(keyOf(scope));
}

/** As far as it is known before anything is written. */
function fatesOf(
  prepared: readonly Prepared[],
  fresh: ReadonlySet<PreparedEvent>,
): Map<InMessage, Fate> {
  const fateOf = (item: Prepared): Fate => {
    switch (item.kind) {
      case 'event':
        return fresh.has(item) ? 'stored' : 'unchanged';
      case 'dropped':
        return item.reason;
      case 'marker':
      case 'parked':
        return item.kind;
    }
  };
  return new Map(prepared.map((item) => [item.message, fateOf(item)]));
}

/** An event may also come twice in one chunk: the first of them is stored. */
function noteArchived(
  fates: Map<InMessage, Fate>,
  events: readonly PreparedEvent[],
  known: ReadonlySet<string>,
): void {
  const seen = new Set(known);
  for (const { message, envelope } of events) {
    if (seen.has(envelope.id)) {
      fates.set(message, 'duplicate');
    }
    seen.add(envelope.id);
  }
}
