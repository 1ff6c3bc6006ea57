import { isNewer } from './head-rules.ts';
import type { Head } from './head-rules.ts';

export type Heads = ReadonlyMap<string, Head>;

/**
 * Heads whose facts are acknowledged, while they are still on their way to the store. What they say is
 * true whatever becomes of that write; of a newer version the store knows better.
 */
export interface RecentHeads {
  /** Answers what makes them forgotten again: when they are in the store. */
  add(heads: Heads): () => void;
  /** Those that say more of these entities than the store does, each with all that both say. */
  beyond(known: Heads, ids: Iterable<string>): Map<string, Head>;
}

/** More than chunks in flight can have parts: only what was given up is forgotten by those behind. */
const PARTS_KEPT = 64;

export function createRecentHeads(): RecentHeads {
  const layers: Heads[] = [];
  return {
    add: (heads) => {
      layers.push(heads);
      layers.splice(0, layers.length - PARTS_KEPT);
      return () => {
        const place = layers.indexOf(heads);
        layers.splice(place, place === -1 ? 0 : 1);
      };
    },
    beyond: (known, ids) => {
      const found = new Map<string, Head>();
      for (const id of ids) {
        const stored = known.get(id);
        const newest = layers.reduce<Head | undefined>(
          (before, layer) => joined(before, layer.get(id)),
          stored,
        );
        if (newest !== undefined && newest !== stored) {
          found.set(id, newest);
        }
      }
      return found;
    },
  };
}

/** The newer version; of one version what was said on any lane. */
function joined(before: Head | undefined, next: Head | undefined): Head | undefined {
  if (before === undefined || next === undefined) {
    return before ?? next;
  }
  if (isNewer(before, next)) {
    return before;
  }
  if (isNewer(next, before)) {
    return next;
  }
  const said = new Set([...(before.lanes ?? []), ...(next.lanes ?? [])]);
  return said.size === (before.lanes ?? []).length ? before : { ...next, lanes: [...said] };
}
