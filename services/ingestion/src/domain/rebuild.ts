import { AppError } from '@tokometrics/kit/errors';
import type { ArchivedEvent } from './archived-event.ts';
import { idRange } from './id-ranges.ts';
import type { IdRange } from './id-ranges.ts';

/** A rebuild under way, as the connection's state keeps it: a killed one is gone on with. */
export interface Rebuilding {
  readonly owner: string;
  /** Until then nobody else takes it over. */
  readonly heldUntil: Date;
  /** Into how many ranges of ids the archive is divided, and which is next. */
  readonly parts: number;
  readonly next: number;
  readonly done: number;
  readonly total: number;
}

export interface RebuildState {
  readonly rev: number;
  readonly rebuilding: Rebuilding | undefined;
}

export interface Rebuilt {
  readonly sent: number;
  /** Of days that are no longer kept. */
  readonly expired: number;
  /** By reason: what the present rules refuse keeps the facts that it has. */
  readonly refused: ReadonlyMap<string, number>;
}

export interface RebuildDeps {
  /** undefined: nothing of the connection was ever archived. */
  readonly find: () => Promise<RebuildState | undefined>;
  /** Writes only where the state is still as it was found; answers whether it was. */
  readonly replace: (found: RebuildState, next: RebuildState) => Promise<boolean>;
  readonly countArchived: () => Promise<number>;
  readonly readRange: (range: IdRange) => Promise<readonly ArchivedEvent[]>;
  /** Normalises anew and sends under the revision. Rejects once the connection is closed. */
  readonly send: (events: readonly ArchivedEvent[], rev: number) => Promise<Rebuilt>;
  readonly now: () => Date;
  readonly pause: (ms: number) => Promise<void>;
  /** How far it came, and at what pace. */
  readonly onProgress: (done: number, total: number) => void;
  readonly owner: string;
  readonly signal: AbortSignal;
  /** Events that are sent together; default 250. */
  readonly pageSize?: number;
}

export interface RebuildResult extends Rebuilt {
  readonly rev: number;
  /** Archived events that were read, those of a killed run before it too. */
  readonly done: number;
  readonly total: number;
  readonly wasResumed: boolean;
}

const LAST_REV = 255;
/** Held anew behind each page; one that was killed holds it so long after its death. */
const HOLD_MS = 15_000;
const POLL_MS = 500;
/** One look through the archive each where only ids have an index, so not too few at a time. */
const EVENTS_PER_PART = 5_000;
const PAGE = 250;

const conflict = (message: string, reason: string): AppError =>
  new AppError('resource.conflict', message, { details: { reason } });

/**
 * Sends the facts of a connection again, from its archive, under the next content revision:
 * 1. the revision is raised, and with it whatever is archived from now on is stamped;
 * 2. then the archive is read: an event is there already, or its fact bears the new revision;
 * 3. a range of ids counts as done behind the acknowledgement of its facts. Who is killed repeats
 *    one range at most, and the same facts under the same revision change nothing.
 */
export async function rebuild(deps: RebuildDeps): Promise<RebuildResult> {
  const begun = await begin(deps);
  const sums = createSums();
  let own = begun.state;
  while (own.rebuilding.next < own.rebuilding.parts) {
    own = await sendPart(deps, own, sums.add);
  }
  await replaceOwn(deps, own, { rev: own.rev, rebuilding: undefined });
  const { done, total } = own.rebuilding;
  return { ...sums.result(), rev: own.rev, done, total, wasResumed: begun.wasResumed };
}

async function sendPart(deps: RebuildDeps, begun: Own, add: (page: Rebuilt) => void): Promise<Own> {
  const { next, parts, total } = begun.rebuilding;
  let own = begun;
  let { done } = begun.rebuilding;
  const events = await deps.readRange(idRange(next, parts));
  for (const page of pagesOf(events, deps.pageSize ?? PAGE)) {
    if (deps.signal.aborted) {
      await advance(deps, own, { heldUntil: deps.now() });
      throw conflict('stopped before the end; the same command goes on', 'rebuild.stopped');
    }
    add(await deps.send(page, own.rev));
    done += page.length;
    own = await advance(deps, own, { heldUntil: holdFrom(deps) });
    deps.onProgress(done, total);
  }
  return advance(deps, own, { next: next + 1, done, heldUntil: holdFrom(deps) });
}

/**
 * Kind by kind, and of each the newest day first, as a history comes: who sums up the days of a chunk
 * then has few of them in hand at a time, and an erasure that begins waits for few.
 */
function pagesOf(events: readonly ArchivedEvent[], size: number): ArchivedEvent[][] {
  const byDay = events.toSorted(
    (one, other) =>
      one.entity.localeCompare(other.entity) || other.localDate.localeCompare(one.localDate),
  );
  return Array.from({ length: Math.ceil(byDay.length / size) }, (_, index) =>
    byDay.slice(index * size, (index + 1) * size),
  );
}

interface Own {
  readonly rev: number;
  readonly rebuilding: Rebuilding;
}

const holdFrom = ({ now }: RebuildDeps): Date => new Date(now().getTime() + HOLD_MS);

/** Raises the revision, or takes over what a killed run has left. */
async function begin(deps: RebuildDeps): Promise<{ state: Own; wasResumed: boolean }> {
  let seen: number | undefined;
  for (;;) {
    const found = await deps.find();
    if (found === undefined) {
      throw new AppError('resource.not_found', 'nothing of this connection is archived', {
        details: { reason: 'archive.empty' },
      });
    }
    const state = await stateToBeginWith(deps, found);
    if (state !== undefined && (await deps.replace(found, state))) {
      return { state, wasResumed: found.rebuilding !== undefined };
    }
    const held = found.rebuilding?.heldUntil.getTime();
    // Held anew while we looked on: whoever holds it lives.
    if (deps.signal.aborted || (seen !== undefined && held !== undefined && held !== seen)) {
      throw conflict('a rebuild of this shop is running', 'rebuild.running');
    }
    seen ??= held;
    await deps.pause(POLL_MS);
  }
}

/** undefined: another run holds it at present. */
async function stateToBeginWith(deps: RebuildDeps, found: RebuildState): Promise<Own | undefined> {
  const { rev, rebuilding } = found;
  const mine = { owner: deps.owner, heldUntil: holdFrom(deps) };
  if (rebuilding !== undefined) {
    const isHeld = rebuilding.heldUntil.getTime() > deps.now().getTime();
    return isHeld ? undefined : { rev, rebuilding: { ...rebuilding, ...mine } };
  }
  if (rev >= LAST_REV) {
    throw conflict(
      'the content revisions of this connection are used up; connecting the shop again begins anew',
      'rev.exhausted',
    );
  }
  const total = await deps.countArchived();
  const parts = Math.max(1, Math.ceil(total / EVENTS_PER_PART));
  return { rev: rev + 1, rebuilding: { ...mine, parts, next: 0, done: 0, total } };
}

async function advance(deps: RebuildDeps, own: Own, change: Partial<Rebuilding>): Promise<Own> {
  const next = { ...own, rebuilding: { ...own.rebuilding, ...change } };
  await replaceOwn(deps, own, next);
  return next;
}

async function replaceOwn(deps: RebuildDeps, own: Own, next: RebuildState): Promise<void> {
  if (!(await deps.replace(own, next))) {
    throw conflict('another run has taken this rebuild over', 'rebuild.lost');
  }
}

function createSums() {
  const refused = new Map<string, number>();
  let sent = 0;
  let expired = 0;
  return {
    add: (page: Rebuilt): void => {
      sent += page.sent;
      expired += page.expired;
      page.refused.forEach((count, reason) => {
        refused.set(reason, (refused.get(reason) ?? 0) + count);
      });
    },
    result: (): Rebuilt => ({ sent, expired, refused }),
  };
}
