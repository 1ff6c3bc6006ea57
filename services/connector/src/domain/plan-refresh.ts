const HOUR_S = 3_600;
// A little less: some seconds pass between issue and reading.
const SEVEN_DAYS_S = 7 * 24 * HOUR_S - 600;
const PLANNED_LEFT_S = 48 * HOUR_S;
const JITTER_S = 6 * HOUR_S;

/** FNV-1a: spreads authorizations over the jitter, the same one always at the same place. */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/**
 * When to renew (epoch seconds): at 48 h ± 6 h left of the usual seven days, and at two sevenths of
 * the life of a token that lives shorter.
 */
export function refreshDueAt(
  authKey: string,
  token: { readonly issuedAt: number; readonly expiresAt: number },
): number {
  const life = Math.max(0, token.expiresAt - token.issuedAt);
  const jitter = (hash32(authKey) % (2 * JITTER_S)) - JITTER_S;
  const left = life < SEVEN_DAYS_S ? Math.floor((life * 2) / 7) : PLANNED_LEFT_S + jitter;
  return token.expiresAt - left;
}
