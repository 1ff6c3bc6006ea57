import type { Fact } from './read-fact.ts';

export interface Collapsed<T> {
  readonly kept: readonly T[];
  readonly superseded: number;
  readonly duplicate: number;
  /** Same version, other content: the source version promises one content, so one of them lies. */
  readonly conflicting: readonly T[];
}

/** Of each entity only the newest version of the chunk is worth writing. */
export function collapse<T extends { readonly fact: Fact }>(items: readonly T[]): Collapsed<T> {
  const newest = new Map<string, T>();
  const conflicting: T[] = [];
  let superseded = 0;
  let duplicate = 0;
  for (const item of items) {
    const { scope, entity, ver, eventId } = item.fact;
    const key = `${scope.shopKey}:${String(scope.epoch)}:${entity}`;
    const known = newest.get(key);
    if (known === undefined) {
      newest.set(key, item);
    } else if (ver === known.fact.ver) {
      if (eventId === known.fact.eventId) {
        duplicate += 1;
      } else {
        conflicting.push(item);
      }
    } else {
      superseded += 1;
      if (ver > known.fact.ver) {
        newest.set(key, item);
      }
    }
  }
  return { kept: [...newest.values()], superseded, duplicate, conflicting };
}
