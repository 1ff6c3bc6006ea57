/** A run of pages that cannot end: the stage fails with this word, everything else goes on. */
export class EndlessPages extends Error {
  override readonly name = 'EndlessPages';

  readonly why: 'repeated_token' | 'too_many_pages';

  constructor(why: 'repeated_token' | 'too_many_pages') {
    super(`paging does not end: ${why}`);
    this.why = why;
  }
}

export interface PageGuard {
  /** The token of the next page, or undefined at the end. Throws when the run is going in circles. */
  next(token: unknown): string | undefined;
}

/** An absent and an empty token both end a listing. */
export function isPageToken(token: unknown): token is string {
  return typeof token === 'string' && token !== '';
}

/** An absent and an empty token both end a run; an empty page with a token does not. */
export function createPageGuard(maxPages: number): PageGuard {
  const seen = new Set<string>();
  return {
    next: (token) => {
      if (!isPageToken(token)) {
        return undefined;
      }
      if (seen.has(token)) {
        throw new EndlessPages('repeated_token');
      }
      seen.add(token);
      if (seen.size >= maxPages) {
        throw new EndlessPages('too_many_pages');
      }
      return token;
    },
  };
}
