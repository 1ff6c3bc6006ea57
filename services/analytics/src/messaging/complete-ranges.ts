import type { Marker, Resource } from '@tokometrics/contracts';
import { addMarker, watermarkOf } from '../domain/completeness.ts';
import type { Completeness } from '../domain/completeness.ts';
import type { StoredMarker } from './store-chunk.ts';

export interface CompleteDeps {
  readonly update: (
    of: { readonly shopKey: string; readonly epoch: number; readonly resource: Resource },
    change: (known: Completeness) => Completeness,
  ) => Promise<Completeness>;
  readonly announce: (shopKey: string, resource: Resource, completeThrough: number) => void;
  /** A longer history turns unknown days into known ones, also where no order came. */
  readonly historyGrew: (shopKey: string, resource: Resource) => void;
}

/** All markers of a chunk of one connection and resource are one write. */
export async function completeRanges(
  deps: CompleteDeps,
  markers: readonly StoredMarker[],
): Promise<void> {
  for (const group of groupsOf(markers)) {
    const { shopKey, epoch } = group.first.scope;
    const { resource } = group.first.marker;
    const known = await deps.update({ shopKey, epoch, resource }, (before) =>
      group.markers.reduce((ranges, marker) => addMarker(ranges, marker), before),
    );
    const { completeThrough } = watermarkOf(resource, known);
    if (completeThrough !== null) {
      deps.announce(shopKey, resource, completeThrough);
    }
    if (group.markers.some(({ axis }) => axis === 'create')) {
      deps.historyGrew(shopKey, resource);
    }
  }
}

interface Group {
  readonly first: StoredMarker;
  readonly markers: Marker[];
}

function groupsOf(stored: readonly StoredMarker[]): Group[] {
  const groups = new Map<string, Group>();
  for (const item of stored) {
    const { scope, marker } = item;
    const key = `${scope.shopKey}:${String(scope.epoch)}:${marker.resource}`;
    const group = groups.get(key) ?? { first: item, markers: [] };
    group.markers.push(marker);
    groups.set(key, group);
  }
  return [...groups.values()];
}
