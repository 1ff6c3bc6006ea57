import { PERMISSION_CATEGORIES } from '@tokometrics/contracts';

export interface GrantedCategory {
  readonly policyName: string;
  readonly tiktokScopes: string[];
  readonly purpose: string;
  readonly granted: boolean;
}

export interface ScopeVerdict {
  readonly categories: readonly GrantedCategory[];
  /** Policy names of required categories that were not granted. */
  readonly missing: readonly string[];
  /** Granted, but on no list of ours: never used, worth an alert. */
  readonly unknown: readonly string[];
  /** Granted ids that allow changes: such a connection is refused. */
  readonly writing: readonly string[];
}

const WRITING = /\.(write|delete)$/;

/** TikTok's authorize page takes no list of scopes; what was granted is known only afterwards. */
export function compareScopes(granted: readonly string[]): ScopeVerdict {
  const given = new Set(granted);
  const categories = PERMISSION_CATEGORIES.map(({ policyName, tiktokScopes, purpose }) => ({
    policyName,
    tiktokScopes: [...tiktokScopes],
    purpose,
    granted: tiktokScopes.every((scope) => given.has(scope)),
  }));
  const known = new Set<string>(
    PERMISSION_CATEGORIES.flatMap(({ tiktokScopes, optionalScopes }) => [
      ...tiktokScopes,
      ...optionalScopes,
    ]),
  );
  return {
    categories,
    missing: categories.filter((item) => !item.granted).map((item) => item.policyName),
    unknown: granted.filter((scope) => !known.has(scope)),
    writing: granted.filter((scope) => WRITING.test(scope)),
  };
}
