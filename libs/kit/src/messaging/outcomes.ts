/** What a handler decided; the consumer alone turns it into commits, retries and dead letters. */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'skip'; readonly reason: string }
  | { readonly kind: 'retry'; readonly reason: string; readonly cause?: unknown }
  | { readonly kind: 'park'; readonly reason: string; readonly cause?: unknown };

export const done: Outcome = { kind: 'done' };

/** Nothing to do for this record: a replay, a fenced scope, an expired day. */
export function skip(reason: string): Outcome {
  return { kind: 'skip', reason };
}

/** Not now: the record goes up the retry ladder, and to the dead letters after its last rung. */
export function retry(reason: string, cause?: unknown): Outcome {
  return { kind: 'retry', reason, cause };
}

/** Never: the record goes to the dead letters at once. */
export function park(reason: string, cause?: unknown): Outcome {
  return { kind: 'park', reason, cause };
}
