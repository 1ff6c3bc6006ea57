import type { Resource } from '@tokometrics/contracts';
import { entityKey } from './mended-gap.ts';
import type { Entity } from './mended-gap.ts';
import type { Fact } from './read-fact.ts';

/** Versions of entities of one kind. */
export interface Versions {
  readonly resource: Resource;
  readonly entities: readonly (Entity & { readonly ver: bigint })[];
}

/** Which entities a chunk has written: rows of them, and that they are missing. */
export interface ChunkEntities {
  readonly rows: readonly Versions[];
  readonly gaps: readonly Versions[];
}

export const isGap = ({ rows }: Pick<Fact, 'rows'>): boolean =>
  rows.some(({ table }) => table === 'gaps');

/** So little is kept of facts while their chunk waits for its pass. */
export function entitiesOf(facts: readonly Fact[]): ChunkEntities {
  return {
    rows: byResource(facts.filter((fact) => !isGap(fact))),
    gaps: byResource(facts.filter(isGap)),
  };
}

function byResource(facts: readonly Fact[]): Versions[] {
  const kinds = new Map<Resource, Versions['entities'][number][]>();
  for (const { resource, scope, entityId, ver } of facts) {
    const entities = kinds.get(resource) ?? [];
    entities.push({ scope, entityId, ver });
    kinds.set(resource, entities);
  }
  return [...kinds].map(([resource, entities]) => ({ resource, entities }));
}

/** Those of some connections. */
export function ofScopes(
  { rows, gaps }: ChunkEntities,
  isWanted: (scope: Entity['scope']) => boolean,
): ChunkEntities {
  const wanted = (kinds: readonly Versions[]): Versions[] =>
    kinds
      .map(({ resource, entities }) => ({
        resource,
        entities: entities.filter(({ scope }) => isWanted(scope)),
      }))
      .filter(({ entities }) => entities.length > 0);
  return { rows: wanted(rows), gaps: wanted(gaps) };
}

/** What of it is missing for all that the chunk itself has written. */
export function stillMissing({ rows, gaps }: ChunkEntities): Versions[] {
  const keyOf = (resource: Resource, entity: Entity) => `${resource}:${entityKey(entity)}`;
  const newest = new Map<string, bigint>();
  for (const { resource, entities } of gaps.length === 0 ? [] : rows) {
    for (const entity of entities) {
      const key = keyOf(resource, entity);
      const known = newest.get(key) ?? 0n;
      newest.set(key, entity.ver > known ? entity.ver : known);
    }
  }
  return gaps
    .map(({ resource, entities }) => ({
      resource,
      entities: entities.filter(
        (entity) => (newest.get(keyOf(resource, entity)) ?? -1n) < entity.ver,
      ),
    }))
    .filter(({ entities }) => entities.length > 0);
}
