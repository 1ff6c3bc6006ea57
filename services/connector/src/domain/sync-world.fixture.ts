import { versionOf } from '@tokometrics/contracts';
import type { Marker, Resource } from '@tokometrics/contracts';
import { ORDER_STATUS_CHANGE } from './accept-webhook.ts';
import type { InboxNotice } from './accept-webhook.ts';
import type { DrainDeps } from './drain-inbox.ts';
import type { Json } from './pick-fields.ts';
import type { Bounds, PageAsk, ShopSource, SourcePage } from './shop-source.ts';
import type { SnapshotSink } from './snapshot-sink.ts';
import { LeaseLost } from './sync-cursor.ts';
import type { CursorState, Lease, Stream } from './sync-cursor.ts';
import { TikTokFault } from './tiktok-fault.ts';

export const AT = 1_795_000_000;
const DAY = 86_400;
/** Where the histories of this world end. */
export const CUT = AT - 20 * DAY;

type Kind = 'order' | 'product';
export interface Happening {
  readonly kind: Kind;
  readonly what: 'create' | 'update';
  /** How long after its own time the platform shows it. */
  readonly lateS: number;
  readonly pick: number;
  readonly notice: 'lost' | 'sent' | 'doubled' | 'late';
  /** Steps and seconds after the happening before. */
  readonly afterSteps: number;
  readonly afterS: number;
}
export const TROUBLES = [
  ...(['crash', 'refused', 'half', 'answer_lost', 'taken_over'] as const),
  ...(['retry', 'throttle', 'smaller_page', 'narrow_window', 'bug', 'repeated_token'] as const),
] as const;
export type Trouble = (typeof TROUBLES)[number];

export interface Schedule {
  readonly pageSize: number;
  /** Age of what was there before, in hours, and of its last change. */
  readonly past: readonly { kind: Kind; ageH: number; changedH: number }[];
  readonly happenings: readonly Happening[];
  readonly troubles: readonly { step: number; kind: Trouble }[];
  /** Seconds that each step takes, in turn. */
  readonly paces: readonly number[];
  /** Turns that a question and its answer take on their way. */
  readonly delays: readonly number[];
}

/** The process died in this moment; what it held in memory is gone. */
export class Crash extends Error {
  override readonly name = 'Crash';
}
/** A store or the log said no, or its answer was lost. */
export class Away extends Error {
  override readonly name = 'Away';
}

interface Version {
  readonly id: string;
  readonly kind: Kind;
  readonly createTime: number;
  readonly updateTime: number;
  readonly rev: number;
  readonly visibleAt: number;
}

type LogMarker = Omit<Marker, 'part' | 'parts'>;

interface Told {
  readonly notice: InboxNotice;
  /** How the order was when the notice came. */
  readonly rev: number;
  readonly dueStep: number;
  isDone: boolean;
}

/** A platform, a log, a store and an inbox that outlive every process; each await is a step. */
export function createWorld(schedule: Schedule) {
  const versions: Version[] = [];
  const archive = new Map<string, { ver: bigint; rev: number }>();
  const wrong: string[] = [];
  const markers: LogMarker[] = [];
  const cursors = new Map<Stream, { state: CursorState; fence: number }>();
  const inbox = new Map<string, Told>();
  const troubles = new Map(schedule.troubles.map(({ step, kind }) => [step, kind]));
  const waiting = [...schedule.happenings];
  const clock = { nowS: AT, steps: 0, lastHappening: 0, seq: 0 };
  let isQuiet = false;

  const newest = (): Version[] => {
    const byId = new Map<string, Version>();
    versions.forEach((version) => byId.set(`${version.kind}:${version.id}`, version));
    return [...byId.values()];
  };
  const add = (version: Omit<Version, 'rev'>): void => {
    const rev = versions.filter(({ kind, id }) => kind === version.kind && id === version.id);
    versions.push({ ...version, rev: rev.length });
  };
  schedule.past.forEach(({ kind, ageH, changedH }, at) => {
    const createTime = AT - 1 - ageH * 3_600;
    const updateTime = Math.max(createTime, AT - 1 - changedH * 3_600);
    add({ id: `${kind}-past-${String(at)}`, kind, createTime, updateTime, visibleAt: updateTime });
  });

  const tell = (id: string, { notice }: Happening): void => {
    const key = `${id}:${String(versions.length)}`;
    if (notice !== 'lost' && !inbox.has(key)) {
      const dueStep = clock.steps + (notice === 'late' ? 25 : 0);
      const receivedAt = new Date(clock.nowS * 1000);
      const row = { shopKey: 's', epoch: 1, type: ORDER_STATUS_CHANGE, orderId: id, receivedAt };
      const rev = newest().find((version) => version.id === id)?.rev ?? 0;
      inbox.set(key, { notice: row, rev, dueStep, isDone: false });
    }
  };
  const happen = (happening: Happening): void => {
    clock.nowS += happening.afterS;
    const { nowS } = clock;
    const { kind, lateS, pick } = happening;
    const all = newest().filter((version) => version.kind === kind);
    const old = happening.what === 'update' ? all[pick % Math.max(1, all.length)] : undefined;
    const time = nowS - lateS;
    const id = old?.id ?? `${kind}-${String(versions.length)}`;
    const createTime = old?.createTime ?? time;
    const updateTime = Math.max(old?.updateTime ?? 0, time);
    add({ id, kind, createTime, updateTime, visibleAt: nowS });
    if (kind === 'order') {
      tell(id, happening);
    }
  };

  /** Where others get their turn, the world moves on, and trouble comes. */
  const step = async (life: { isOver: boolean }): Promise<Trouble | undefined> => {
    await Promise.resolve();
    if (life.isOver) {
      throw new Crash();
    }
    clock.steps += 1;
    clock.nowS += schedule.paces[clock.steps % schedule.paces.length] ?? 0;
    const next = waiting[0];
    if (next !== undefined && clock.steps >= clock.lastHappening + next.afterSteps) {
      clock.lastHappening = clock.steps;
      waiting.shift();
      happen(next);
    }
    const trouble = isQuiet ? undefined : troubles.get(clock.steps);
    if (trouble === 'crash') {
      life.isOver = true;
      throw new Crash();
    }
    if (trouble === 'taken_over') {
      cursors.forEach((cursor) => (cursor.fence += 1));
    }
    return trouble;
  };

  const travel = async (): Promise<void> => {
    const delay = schedule.delays[clock.seq % schedule.delays.length] ?? 0;
    for (let turn = 0; turn < delay; turn += 1) {
      await Promise.resolve();
    }
  };

  return {
    ...{ clock, step, travel, newest, archive, cursors, inbox, wrong, versions, markers },
    isOver: () => waiting.length === 0,
    calm: () => {
      isQuiet = true;
    },
  };
}
export type World = ReturnType<typeof createWorld>;

function rowOf({ kind, id, createTime, updateTime, rev }: Version): Json {
  const word = `R${String(rev)}`;
  const times = { create_time: createTime, update_time: updateTime };
  return { id, ...times, ...(kind === 'order' ? { status: word } : { title: word }) };
}

/** Where an entity stands in a list without order: another place after each change. */
function place({ id, updateTime, rev }: Version): number {
  let hash = updateTime + rev;
  for (const character of id) {
    hash = (Math.imul(hash, 31) + character.charCodeAt(0)) >>> 0;
  }
  return hash;
}

type Order = (a: Version, b: Version) => number;

/** What one life of a process sees of the world. */
export function enterWorld(world: World, life: { isOver: boolean }) {
  const { clock, step } = world;
  const read = async (
    ask: Pick<PageAsk, 'pageSize' | 'pageToken'>,
    bounds: Bounds,
    list: () => Version[],
  ): Promise<SourcePage> => {
    clock.seq += 1;
    const { seq } = clock;
    const trouble = await step(life);
    throwFault(trouble, ask, bounds);
    await world.travel();
    const all = list();
    const from = Number(ask.pageToken ?? 0);
    const rows = all.slice(from, from + ask.pageSize).map(rowOf);
    const isLast = from + ask.pageSize >= all.length;
    const nextToken = isLast ? '' : String(from + ask.pageSize);
    await world.travel();
    await step(life);
    const isRepeated = trouble === 'repeated_token' && ask.pageToken !== undefined;
    return {
      ...{ rows, seq, fetchedAt: clock.nowS, totalCount: all.length },
      nextToken: isRepeated ? ask.pageToken : nextToken,
    };
  };
  const listing =
    (kind: Kind, field: 'createTime' | 'updateTime', order: Order) =>
    (bounds: Bounds, ask: PageAsk): Promise<SourcePage> =>
      read(ask, bounds, () => {
        const { from = 0, to = Number.POSITIVE_INFINITY } = bounds;
        const fits = (version: Version) => version[field] >= from && version[field] < to;
        return world
          .newest()
          .filter((one) => one.kind === kind && fits(one))
          .sort(order);
      });
  const unordered: Order = (a, b) => place(a) - place(b);
  const source: ShopSource = {
    ordersUpdated: listing('order', 'updateTime', (a, b) => a.updateTime - b.updateTime),
    ordersCreated: listing('order', 'createTime', (a, b) => b.createTime - a.createTime),
    productsUpdated: listing('product', 'updateTime', unordered),
    productsCreated: listing('product', 'createTime', unordered),
    ordersById: (ids) =>
      read({ pageSize: 50, pageToken: undefined }, {}, () =>
        world.newest().filter(({ kind, id }) => kind === 'order' && ids.includes(id)),
      ),
    statements: (bounds, ask) => read(ask, bounds, () => []),
    payments: (bounds, ask) => read(ask, bounds, () => []),
    transactions: (_id, ask) => read(ask, {}, () => []),
    unsettled: (ask) => read(ask, {}, () => []),
    inventory: () => read({ pageSize: 100, pageToken: undefined }, {}, () => []),
  };
  return { source, sink: logOf(world, life), inbox: inboxOf(world, life) };
}

function throwFault(
  trouble: Trouble | undefined,
  ask: Pick<PageAsk, 'pageSize' | 'pageToken'>,
  bounds: Bounds,
): void {
  const isFitting =
    trouble === 'retry' ||
    trouble === 'throttle' ||
    (trouble === 'smaller_page' && ask.pageSize > 1) ||
    (trouble === 'narrow_window' && bounds.to !== undefined) ||
    (trouble === 'bug' && ask.pageToken !== undefined);
  if (isFitting) {
    throw new TikTokFault(trouble, 'in this world');
  }
}

function logOf(world: World, life: { isOver: boolean }): SnapshotSink {
  const append = (resource: Resource, seq: number, rows: readonly Json[]): void => {
    for (const row of rows) {
      const key = `${resource}:${String(row['id'])}`;
      const ver = BigInt(versionOf(Number(row['update_time']), seq));
      if (ver > (world.archive.get(key)?.ver ?? -1n)) {
        const rev = Number(String(row['status'] ?? row['title']).slice(1));
        world.archive.set(key, { ver, rev });
      }
    }
  };
  return {
    publish: async ({ resource, seq }, rows) => {
      const trouble = await world.step(life);
      if (trouble === 'refused') {
        throw new Away();
      }
      append(resource, seq, trouble === 'half' ? rows.slice(0, rows.length / 2) : rows);
      if (trouble === 'half' || trouble === 'answer_lost') {
        throw new Away();
      }
      await world.step(life);
    },
    mark: async (marker) => {
      const trouble = await world.step(life);
      if (trouble === 'refused' || trouble === 'half') {
        throw new Away();
      }
      world.markers.push(marker);
      world.wrong.push(...overclaimed(world, marker));
      if (trouble === 'answer_lost') {
        throw new Away();
      }
      await world.step(life);
    },
  };
}

/** What the marker says was read, but no record before it holds. */
function overclaimed(
  { versions, archive }: World,
  { resource, axis, from, through }: LogMarker,
): string[] {
  const isCreate = axis === 'create';
  const claimed = versions.filter(({ kind, createTime, updateTime, visibleAt }) => {
    const time = isCreate ? createTime : updateTime;
    const isIn = time >= Math.max(from, isCreate ? CUT : 0) && time < through;
    return (
      kind === resource && isIn && visibleAt < through && visibleAt <= (isCreate ? AT : through)
    );
  });
  return claimed
    .filter(({ id, rev }) => {
      const kept = archive.get(`${resource}:${id}`);
      return kept === undefined || (!isCreate && kept.rev < rev);
    })
    .map(
      ({ id, rev }) =>
        `${axis} marker ${String(from)}-${String(through)} without ${id} R${String(rev)}`,
    );
}

/** Where markers of changes leave a hole: readers see nothing complete beyond it. */
export function holesIn({ markers }: World, resource: Resource): string[] {
  const ranges = markers
    .filter((marker) => marker.resource === resource && marker.axis === 'update')
    .sort((a, b) => a.from - b.from);
  let through = ranges[0]?.through ?? AT;
  return ranges.flatMap((range) => {
    const holes =
      range.from > through
        ? [`no marker of ${resource} between ${String(through)} and ${String(range.from)}`]
        : [];
    through = Math.max(through, range.through);
    return holes;
  });
}

function inboxOf(world: World, life: { isOver: boolean }): Pick<DrainDeps, 'pending' | 'settle'> {
  return {
    pending: async (limit) => {
      await world.step(life);
      return [...world.inbox]
        .filter(([, row]) => !row.isDone && row.dueStep <= world.clock.steps)
        .slice(0, limit)
        .map(([_id, { notice }]) => ({ _id, ...notice }));
    },
    settle: async (ids) => {
      const trouble = await world.step(life);
      if (trouble === 'refused') {
        throw new Away();
      }
      for (const id of ids) {
        const row = world.inbox.get(id);
        if (row !== undefined) {
          row.isDone = true;
          world.wrong.push(...unread(world, row));
        }
      }
    },
  };
}

/** A settled notice whose order no record holds as it was when the notice came. */
function unread({ archive }: World, { notice, rev }: Told): string[] {
  const orderId = notice.orderId ?? '';
  const kept = archive.get(`order:${orderId}`)?.rev ?? -1;
  return kept < rev ? [`notice of ${orderId} settled before R${String(rev)} was sent`] : [];
}

/** A stream's cursor with its fence; throws as the store does when another life took it over. */
export function acquire(
  world: World,
  life: { isOver: boolean },
  stream: Stream,
  first: CursorState,
): Lease {
  const stored = world.cursors.get(stream) ?? { state: first, fence: 0 };
  world.cursors.set(stream, stored);
  stored.fence += 1;
  const { fence } = stored;
  return {
    get state() {
      return stored.state;
    },
    save: async (change) => {
      const trouble = await world.step(life);
      if (stored.fence !== fence) {
        throw new LeaseLost();
      }
      if (trouble === 'refused') {
        throw new Away();
      }
      stored.state = { ...stored.state, ...change };
      if (trouble === 'answer_lost') {
        throw new Away();
      }
      await world.step(life);
    },
  };
}
