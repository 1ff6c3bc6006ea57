import { TiktokFault } from '../domain/fault-table.ts';
import type { Endpoint } from './api-call.ts';

export interface PathMatch {
  readonly endpoint: Endpoint;
  readonly ids: Readonly<Record<string, string>>;
  /** With its version, with names in place of ids. */
  readonly path: string;
}

/** Unknown path, known path of another version and known path by another method differ. */
export function matchPath(endpoints: readonly Endpoint[], method: string, path: string): PathMatch {
  const parts = path.split('/');
  const samePath = endpoints.flatMap((endpoint) => {
    const ids = readIds(endpoint.path.split('/'), parts);
    return ids === undefined ? [] : [{ endpoint, ids }];
  });
  const sameVersion = samePath.filter(({ endpoint, ids }) =>
    endpoint.versions.includes(ids['version'] ?? ''),
  );
  const found = sameVersion.find(({ endpoint }) => endpoint.method === method);
  if (found !== undefined) {
    const version = found.ids['version'] ?? '';
    return { ...found, path: found.endpoint.path.replace('{version}', version) };
  }
  if (sameVersion.length > 0) {
    throw new TiktokFault('badMethod');
  }
  throw new TiktokFault(samePath.length > 0 ? 'badVersion' : 'badPath');
}

function readIds(
  template: readonly string[],
  parts: readonly string[],
): Record<string, string> | undefined {
  if (template.length !== parts.length) {
    return undefined;
  }
  const ids: Record<string, string> = {};
  for (const [index, piece] of template.entries()) {
    const part = parts[index] ?? '';
    const name = /^\{(\w+)\}$/.exec(piece)?.[1];
    if (name === undefined) {
      if (piece !== part) {
        return undefined;
      }
    } else if (name === 'version' ? /^\d{6}$/.test(part) : /^\d{1,20}$/.test(part)) {
      ids[name] = part;
    } else {
      return undefined;
    }
  }
  return ids;
}
