import type { Marker, Resource } from '@tokometrics/contracts';
import type { ChunkResult, InMessage } from '@tokometrics/kit';
import { collapse } from '../domain/collapse.ts';
import type { Bucket } from '../domain/dirty-buckets.ts';
import type { Patience } from '../domain/pass-queue.ts';
import { sweepRow } from '../domain/fact-rows.ts';
import type { BaseTable } from '../domain/fact-rows.ts';
import { countsOf } from '../domain/chunk-counts.ts';
import type { ChunkCounts, Fate } from '../domain/chunk-counts.ts';
import { dirtyOf } from '../domain/read-fact.ts';
import type { Fact, Rollup, Scope } from '../domain/read-fact.ts';
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
  /** The figures of these connections have changed: answers from before no longer hold. */
  readonly raiseRevision: (scopes: readonly Scope[]) => Promise<void>;
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

/** How a chunk stands to those around it. */
export interface Turns {
  /** The rows are stored: the next chunk may store its own, and share the pass over the rollups. */
  readonly letNext: () => void;
  /** Whether more is at hand: that one, or the records for it. */
  readonly isFollowed: () => boolean;
  /** Resolves when every chunk before this one is settled. */
  readonly turn: () => Promise<void>;
}

/**
 * Facts → base tables → rollups → completeness → counters, in this order:
 * 1. base rows first: what a rollup is computed from must be there;
 * 2. rollups and their proof, then the revision: only then may a reader be told that a range is
 *    complete, and is no answer from before shown any more;
 * 3. markers behind them, and behind all chunks before: completeness never runs ahead of the figures,
 *    and no sweep counts as gone what it has read itself.
 * Offsets move when this resolves. A crash anywhere repeats the chunk; every step gives the same again.
 */
export async function storeChunk(
  deps: StoreDeps,
  prepared: readonly Prepared[],
  turns: Turns,
): Promise<ChunkResult> {
  const fates = new Map<InMessage, Fate>();
  const facts: FactItem[] = [];
  const markers: (StoredMarker & { readonly message: InMessage })[] = [];
  const parked: { message: InMessage; reason: string }[] = [];
  for (const { message, reading } of prepared) {
    if (reading.kind === 'fact') {
      facts.push({ message, fact: reading.fact });
    } else if (reading.kind === 'marker') {
      markers.push({ message, scope: reading.scope, marker: reading.marker });
    } else if (reading.kind === 'parked') {
      parked.push({ message, reason: reading.reason });
      fates.set(message, 'dlq');
    } else {
      fates.set(message, reading.reason);
    }
  }
  const collapsed = collapse(facts);
  for (const { message } of collapsed.conflicting) {
    parked.push({ message, reason: 'ver_conflict' });
    fates.set(message, 'dlq');
  }
  note(fates, facts, collapsed.kept, markers);
  const stored = await deps.guardedChunk(scopesOf(collapsed.kept), async (open) => {
    const isOpen = includes(open);
    const kept = collapsed.kept.filter(({ fact }) => isOpen(fact.scope));
    await write(
      deps,
      kept.map(({ fact }) => fact),
      turns,
    );
  });
  turns.letNext();
  await turns.turn();
  const told = await deps.guardedChunk(scopesOf(markers), async (open) => {
    const isOpen = includes(open);
    const ofOpen = markers.filter(({ scope }) => isOpen(scope));
    await noteSweeps(deps, ofOpen);
    await deps.complete(ofOpen);
  });
  const isFenced = includes(stored.fenced);
  announce(
    deps,
    collapsed.kept.filter(({ fact }) => !isFenced(fact.scope)),
  );
  // Also what was written before the fence fell: it is taken back at once, or by the erasure.
  markFenced(fates, collapsed.kept, isFenced);
  markFenced(fates, markers, includes(told.fenced));
  await deps.noteChunk(
    countsOf(
      prepared.map(({ message }) => message),
      fates,
    ),
  );
  return { parked };
}

async function write(
  deps: StoreDeps,
  facts: readonly Fact[],
  { letNext, isFollowed }: Turns,
): Promise<void> {
  const lines = new Map<BaseTable, string[]>();
  for (const { table, line } of facts.flatMap((fact) => fact.rows)) {
    const ofTable = lines.get(table) ?? [];
    ofTable.push(line);
    lines.set(table, ofTable);
  }
  for (const [table, rows] of lines) {
    await deps.insert(table, rows);
  }
  const patience = deps.patience[isFollowed() ? 'followed' : 'alone'];
  letNext();
  await deps.reroll(dirtyOf(facts), patience);
  await deps.raiseRevision(distinctScopes(facts.map(({ scope }) => scope)));
}

/** The table keeps the newest sweep: an older one that comes late or again changes nothing. */
async function noteSweeps(deps: StoreDeps, markers: readonly StoredMarker[]): Promise<void> {
  const lines = markers.flatMap(({ scope, marker }) => sweepRow(scope, marker) ?? []);
  if (lines.length > 0) {
    await deps.insert('sweeps', lines);
  }
}

/** What was neither kept nor parked lost against another version in the same chunk. */
function note(
  fates: Map<InMessage, Fate>,
  facts: readonly FactItem[],
  kept: readonly FactItem[],
  markers: readonly { readonly message: InMessage }[],
): void {
  for (const { message } of markers) {
    fates.set(message, 'marker');
  }
  for (const { message } of kept) {
    fates.set(message, 'stored');
  }
  const winners = new Map(kept.map(({ fact }) => [entityKey(fact), fact]));
  for (const { message, fact } of facts) {
    if (!fates.has(message)) {
      const isSame = winners.get(entityKey(fact))?.ver === fact.ver;
      fates.set(message, isSame ? 'duplicate' : 'superseded');
    }
  }
}

const entityKey = ({ scope, entity }: Fact): string => `${scopeKey(scope)}:${entity}`;
const scopeKey = ({ shopKey, epoch }: Scope): string => `${shopKey}:${String(epoch)}`;

type Scoped = FactItem | { readonly message: InMessage; readonly scope: Scope };
const scopeOf = (item: Scoped): Scope => ('fact' in item ? item.fact.scope : item.scope);

function scopesOf(items: readonly Scoped[]): Scope[] {
  return distinctScopes(items.map(scopeOf));
}

function distinctScopes(scopes: readonly Scope[]): Scope[] {
  return [...new Map(scopes.map((scope) => [scopeKey(scope), scope])).values()];
}

function includes(scopes: readonly Scope[]): (scope: Scope) => boolean {
  const keys = new Set(scopes.map(scopeKey));
  return (scope) => keys.has(scopeKey(scope));
}

function markFenced(
  fates: Map<InMessage, Fate>,
  items: readonly Scoped[],
  isFenced: (scope: Scope) => boolean,
): void {
  for (const item of items) {
    if (isFenced(scopeOf(item))) {
      fates.set(item.message, 'fenced');
    }
  }
}

function announce(deps: StoreDeps, kept: readonly FactItem[]): void {
  const shops = new Map<string, { resources: Set<Resource>; days: Set<string> }>();
  for (const { fact } of kept) {
    const shop = shops.get(fact.scope.shopKey) ?? { resources: new Set(), days: new Set() };
    shop.resources.add(fact.resource);
    for (const day of fact.days) {
      shop.days.add(day);
    }
    shops.set(fact.scope.shopKey, shop);
  }
  for (const [shopKey, { resources, days }] of shops) {
    deps.invalidate(shopKey, [...resources], [...days]);
  }
}
