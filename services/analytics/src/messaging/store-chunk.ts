import type { Marker, Resource } from '@tokometrics/contracts';
import type { ChunkControl, ChunkResult, Finish, InMessage } from '@tokometrics/kit';
import { entitiesOf, isGap, ofScopes } from '../domain/chunk-entities.ts';
import type { ChunkEntities } from '../domain/chunk-entities.ts';
import { collapse } from '../domain/collapse.ts';
import type { Raised } from '../domain/completeness.ts';
import type { Bucket } from '../domain/dirty-buckets.ts';
import type { Patience } from '../domain/pass-lane.ts';
import { sweepRow } from '../domain/fact-rows.ts';
import type { BaseTable } from '../domain/fact-rows.ts';
import { countsOf, ofGenerations, withFenced } from '../domain/chunk-counts.ts';
import type { ChunkCounts, Fate, Slice } from '../domain/chunk-counts.ts';
import type { Fact, Rollup, Scope } from '../domain/read-fact.ts';
import { touchedBy } from '../domain/touched-buckets.ts';
import type { Prepared } from './prepare-chunk.ts';

export interface StoredMarker {
  readonly scope: Scope;
  readonly marker: Marker;
}

export interface StoreDeps {
  /** Writes only for scopes that are open; takes back what landed in one that closed meanwhile. */
  readonly guardedChunk: (
    scopes: readonly Scope[],
    write: (open: readonly Scope[]) => Promise<void>,
  ) => Promise<{ readonly fenced: readonly Scope[] }>;
  readonly insert: (table: BaseTable, lines: readonly string[]) => Promise<void>;
  readonly reroll: (
    dirty: Readonly<Record<Rollup, readonly Bucket[]>>,
    patience: Patience,
  ) => Promise<void>;
  /** How long figures may wait for the chunks behind: where more is at hand, and where nothing is. */
  readonly patience: { readonly followed: Patience; readonly alone: Patience };
  /**
   * The figures of these connections have changed: answers from before no longer hold. Answers with those
   * of which something was missing once.
   */
  readonly raiseRevision: (scopes: readonly Raised[]) => Promise<readonly Scope[]>;
  /** Behind the pass and the revision of the chunk that has written these. */
  readonly closeGaps: (written: ChunkEntities) => Promise<void>;
  readonly noteChunk: (counts: readonly ChunkCounts[]) => Promise<void>;
  readonly complete: (markers: readonly StoredMarker[]) => Promise<void>;
  readonly invalidate: (
    shopKey: string,
    resources: readonly Resource[],
    days: readonly string[],
  ) => void;
}

interface FactItem {
  readonly message: InMessage;
  readonly fact: Fact;
}

/**
 * Facts → base tables; then rollups → completeness → counters, in this order:
 * 1. base rows first: what a rollup is computed from must be there, and what is missing of it beside
 *    them. What is left holds no record;
 * 2. rollups and their proof, then the revision: only then may a reader be told that a range is
 *    complete, or that nothing is missing any more, and is no answer from before shown;
 * 3. markers behind them, and behind all chunks before: completeness never runs ahead of the figures,
 *    and no sweep counts as gone what it has read itself.
 * Offsets move when `finish` resolves. A crash anywhere repeats the chunk; every step gives the same
 * again.
 */
export async function storeChunk(
  deps: StoreDeps,
  prepared: readonly Prepared[],
  generationOf: ChunkControl<Prepared[]>['generationOf'] = () => undefined,
): Promise<Required<ChunkResult>> {
  const { facts, markers, gaps, parked, fates } = sorted(prepared);
  const collapsed = collapse(facts);
  for (const { message } of collapsed.conflicting) {
    parked.push({ message, reason: 'ver_conflict' });
    fates.set(message, 'dlq');
  }
  for (const fate of ['superseded', 'duplicate'] as const) {
    for (const { message } of collapsed[fate]) {
      fates.set(message, fate);
    }
  }
  const kept = [...collapsed.kept.map(({ fact }) => fact), ...gaps];
  // Each of them is of an entity that is kept, hence of its scope.
  const lasting = collapsed.superseded.map(({ fact }) => lastingOf(fact));
  let isStored = false;
  const { fenced } = await deps.guardedChunk(distinctScopes(kept), async (open) => {
    const isOpen = includes(open);
    // Each scope that is open has a row here.
    isStored = true;
    await insertRows(
      deps,
      [...kept, ...lasting].filter(({ scope }) => isOpen(scope)),
    );
  });
  const isFenced = includes(fenced);
  // Also what was written before the fence fell: it is taken back at once, or by the erasure.
  for (const { message, fact } of collapsed.kept) {
    fates.set(message, isFenced(fact.scope) ? 'fenced' : 'stored');
  }
  const stored = kept.filter(({ scope }) => !isFenced(scope));
  const messages = prepared.map(({ message }) => message);
  const touched = touchedBy(collapsed.kept.filter(({ fact }) => !isFenced(fact.scope)));
  return {
    parked,
    isStored,
    finish: finishOf(deps, {
      dirty: touched.dirty,
      scopes: raisedBy(stored),
      changes: changesOf(stored),
      entities: entitiesOf(stored),
      markers: markers.map(({ message: { topic, partition }, ...marker }) => ({
        ...marker,
        ...{ topic, partition },
      })),
      counts: ofGenerations(countsOf(messages, fates, touched), generationOf),
    }),
  };
}

/** What is left of a chunk whose rows are stored. It is small: chunks wait for their pass like this. */
interface StoredChunk {
  readonly dirty: Readonly<Record<Rollup, readonly Bucket[]>>;
  readonly scopes: readonly Raised[];
  readonly changes: readonly Change[];
  readonly entities: ChunkEntities;
  readonly markers: readonly (StoredMarker & Slice)[];
  readonly counts: readonly ChunkCounts[];
}

const finishOf =
  (deps: StoreDeps, { dirty, scopes, changes, entities, markers, counts }: StoredChunk): Finish =>
  async ({ isFollowed, turn }) => {
    if (scopes.length > 0) {
      await deps.reroll(dirty, deps.patience[isFollowed() ? 'followed' : 'alone']);
    }
    const raised = await raise(deps, scopes);
    await closeGapsOf(deps, raised.gapped, entities);
    await turn();
    const told = await deps.guardedChunk(distinctScopes(markers), async (open) => {
      const isOpen = includes(open);
      const ofOpen = markers.filter(({ scope }) => isOpen(scope));
      await noteSweeps(deps, ofOpen);
      await deps.complete(ofOpen);
    });
    invalidate(deps, changes, raised.fenced);
    const isClosed = includes(told.fenced);
    await deps.noteChunk(
      withFenced(
        counts,
        markers.filter(({ scope }) => isClosed(scope)),
      ),
    );
  };

/** By what became of them before anything is written. */
function sorted(prepared: readonly Prepared[]) {
  const fates = new Map<InMessage, Fate>();
  const facts: FactItem[] = [];
  const markers: (StoredMarker & { readonly message: InMessage })[] = [];
  const gaps: Fact[] = [];
  const parked: { message: InMessage; reason: string }[] = [];
  for (const { message, reading } of prepared) {
    if (reading.kind === 'fact') {
      facts.push({ message, fact: reading.fact });
    } else if (reading.kind === 'marker') {
      markers.push({ message, scope: reading.scope, marker: reading.marker });
      fates.set(message, 'marker');
    } else if (reading.kind === 'parked') {
      parked.push({ message, reason: reading.reason });
      gaps.push(...(reading.gap === undefined ? [] : [reading.gap]));
      fates.set(message, 'dlq');
    } else {
      fates.set(message, reading.reason);
    }
  }
  return { facts, markers, gaps, parked, fates };
}

/** Of facts whose rows are stored. */
export function raisedBy(facts: readonly Fact[]): Raised[] {
  const gapped = new Set(facts.filter(isGap).map(({ scope }) => scopeKey(scope)));
  return distinctScopes(facts).map((scope) => ({
    ...scope,
    isGapped: gapped.has(scopeKey(scope)),
  }));
}

/** Which of them are closed by now, and of which of the others something was missing once. */
export async function raise(
  deps: Pick<StoreDeps, 'guardedChunk' | 'raiseRevision'>,
  scopes: readonly Raised[],
): Promise<{ readonly fenced: readonly Scope[]; readonly gapped: readonly Scope[] }> {
  let gapped: readonly Scope[] = [];
  const { fenced } = await deps.guardedChunk(scopes, async (open) => {
    gapped = await deps.raiseRevision(scopes.filter(includes(open)));
  });
  return { fenced, gapped };
}

/** After their revision was raised: a gap that another chunk writes meanwhile is looked at by that one. */
export async function closeGapsOf(
  deps: Pick<StoreDeps, 'closeGaps'>,
  gapped: readonly Scope[],
  entities: ChunkEntities,
): Promise<void> {
  if (gapped.length > 0) {
    await deps.closeGaps(ofScopes(entities, includes(gapped)));
  }
}

/**
 * An order's settlements before the lines of statements that they are of: whoever sees those in the store
 * finds these there as well.
 */
const INSERTED_FIRST: BaseTable = 'order_settlements';

/** What a newer version of the same chunk leaves standing: the price of an earlier day. */
const lastingOf = ({ scope, rows }: Fact): Pick<Fact, 'scope' | 'rows'> => ({
  scope,
  rows: rows.filter(({ isLasting }) => isLasting === true),
});

export async function insertRows(
  deps: Pick<StoreDeps, 'insert'>,
  facts: readonly Pick<Fact, 'rows'>[],
): Promise<void> {
  const lines = new Map<BaseTable, string[]>();
  for (const { table, line } of facts.flatMap((fact) => fact.rows)) {
    const ofTable = lines.get(table) ?? [];
    ofTable.push(line);
    lines.set(table, ofTable);
  }
  const [first, others] = [lines.get(INSERTED_FIRST), [...lines]];
  if (first !== undefined) {
    await deps.insert(INSERTED_FIRST, first);
  }
  for (const [table, rows] of others.filter(([table]) => table !== INSERTED_FIRST)) {
    await deps.insert(table, rows);
  }
}

/**
 * The table keeps the newest sweep: an older one that comes late or again changes nothing. What is gone at
 * the source, or missing no more, is told of no longer: answers from before do not hold.
 */
async function noteSweeps(deps: StoreDeps, markers: readonly StoredMarker[]): Promise<void> {
  const sweeps = markers.flatMap(({ scope, marker }) => {
    const line = sweepRow(scope, marker);
    return line === undefined ? [] : [{ scope, line, resource: marker.resource }];
  });
  if (sweeps.length > 0) {
    await deps.insert(
      'sweeps',
      sweeps.map(({ line }) => line),
    );
    await deps.raiseRevision(distinctScopes(sweeps));
    for (const { scope, resource } of sweeps) {
      deps.invalidate(scope.shopKey, [resource], []);
    }
  }
}

const scopeKey = ({ shopKey, epoch }: Scope): string => `${shopKey}:${String(epoch)}`;

export function distinctScopes(items: readonly { readonly scope: Scope }[]): Scope[] {
  return [...new Map(items.map(({ scope }) => [scopeKey(scope), scope])).values()];
}

export function includes(scopes: readonly Scope[]): (scope: Scope) => boolean {
  const keys = new Set(scopes.map(scopeKey));
  return (scope) => keys.has(scopeKey(scope));
}

/** What open pages of a shop show anew. */
export interface Change {
  readonly scope: Scope;
  readonly resources: readonly Resource[];
  readonly days: readonly string[];
}

export function changesOf(facts: readonly Fact[]): Change[] {
  const changes = new Map<string, { scope: Scope; resources: Set<Resource>; days: Set<string> }>();
  for (const { scope, resource, days } of facts) {
    const key = scopeKey(scope);
    const change = changes.get(key) ?? { scope, resources: new Set(), days: new Set() };
    change.resources.add(resource);
    for (const day of days) {
      change.days.add(day);
    }
    changes.set(key, change);
  }
  return [...changes.values()].map(({ scope, resources, days }) => ({
    scope,
    resources: [...resources],
    days: [...days],
  }));
}

/** Of connections that are open still. */
export function invalidate(
  deps: Pick<StoreDeps, 'invalidate'>,
  changes: readonly Change[],
  fenced: readonly Scope[],
): void {
  const isGone = includes(fenced);
  for (const { scope, resources, days } of changes.filter((change) => !isGone(change.scope))) {
    deps.invalidate(scope.shopKey, resources, days);
  }
}
