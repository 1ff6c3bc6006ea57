import { hash } from 'node:crypto';
import type { Resource } from '@tokometrics/contracts';
import type { Json } from './pick-fields.ts';
import { projectEntity } from './project-entity.ts';

/** Short name of what is kept of a row: two rows of one name say the same. */
export function contentOf(resource: Resource, row: Json): string {
  return hash('sha256', JSON.stringify(projectEntity(resource, row)), 'base64url').slice(0, 16);
}
