import { AppError } from '../errors.ts';

declare const brand: unique symbol;

/** A KV location; only `vaultPath` makes one, so no unchecked string ever reaches a URL. */
export type VaultPath = string & { readonly [brand]: 'VaultPath' };

// ULIDs and short names; nothing that a URL, a proxy or node-vault's own rewriting would change.
const PATH = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}(\/[A-Za-z0-9][A-Za-z0-9_-]{0,127}){0,7}$/;

function isVaultPath(path: string): path is VaultPath {
  return PATH.test(path);
}

/** Refuses anything but plain names: `..`, `/`, `%`, `?`, `#`, `&` never get into a path. */
export function vaultPath(...segments: readonly [string, ...string[]]): VaultPath {
  const path = segments.join('/');
  if (segments.some((segment) => segment.includes('/')) || !isVaultPath(path)) {
    throw new AppError('internal', 'vault path segment refused');
  }
  return path;
}
