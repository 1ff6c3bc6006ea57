import type { Fact } from './read-fact.ts';

export interface Collapsed<T> {
  readonly kept: readonly T[];
  readonly superseded: readonly T[];
  readonly duplicate: readonly T[];
  /** Same version, other content: the source version promises one content, so one of them lies. */
  readonly conflicting: readonly T[];
}

/** Of each entity only the newest version of the chunk is worth writing. */
export function collapse<T extends { readonly fact: Fact }>(items: readonly T[]): Collapsed<T> {
  const newest = new Map<string, T>();
  const conflicting: T[] = [];
  const superseded: T[] = [];
  const duplicate: T[] = [];
  for (const item of items) {
    const { scope, entity, ver, eventId } = item.fact;
    const key = `${scope.shopKey}:${String(scope.epoch)}:${entity}`;
    const known = newest.get(key);
    if (known === undefined) {
      newest.set(key, item);
    } else if (ver === known.fact.ver) {
      if (eventId === known.fact.eventId) {
        duplicate.push(item);
      } else {
        conflicting.push(item);
      }
    } else if (ver > known.fact.ver) {
      superseded.push(known);
      newest.set(key, item);
    } else {
      superseded.push(item);
    }
  }
  return { kept: [...newest.values()], superseded, duplicate, conflicting };
}
