import { createHash } from 'node:crypto';
import type { Resource } from '@tokometrics/contracts';
import type { Json } from './pick-fields.ts';
import { projectEntity } from './project-entity.ts';

export interface RecentRows {
  isKnown(resource: Resource, row: Json): boolean;
  remember(resource: Resource, rows: readonly Json[]): void;
}

/**
 * Polls look back ten minutes each time. What was sent with the same change time and the same content
 * is not sent again; both must agree, as downstream. Losing this memory costs a repetition, no more.
 */
export function createRecentRows(limit = 5_000): RecentRows {
  const known = new Map<string, string>();
  const keyOf = (resource: Resource, row: Json): string => `${resource}:${String(row['id'])}`;
  const contentOf = (resource: Resource, row: Json): string =>
    createHash('sha256')
      .update(JSON.stringify(projectEntity(resource, row)))
      .digest('base64');

  return {
    isKnown: (resource, row) => known.get(keyOf(resource, row)) === contentOf(resource, row),
    remember: (resource, rows) => {
      for (const row of rows) {
        const key = keyOf(resource, row);
        known.delete(key);
        known.set(key, contentOf(resource, row));
      }
      for (const key of known.keys()) {
        if (known.size <= limit) {
          return;
        }
        known.delete(key);
      }
    },
  };
}
