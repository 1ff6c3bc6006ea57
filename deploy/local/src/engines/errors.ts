/**
 * What a failed call of the system says (`ENOENT`, `ESRCH`). By shape, not by class: under Jest the
 * system's errors come from another realm, and `instanceof Error` is false for them.
 */
export function codeOf(error: unknown): string | undefined {
  const isCoded = typeof error === 'object' && error !== null && 'code' in error;
  return isCoded && typeof error.code === 'string' ? error.code : undefined;
}

export function messageOf(error: unknown): string {
  const isTold = typeof error === 'object' && error !== null && 'message' in error;
  return isTold && typeof error.message === 'string' ? error.message : String(error);
}
