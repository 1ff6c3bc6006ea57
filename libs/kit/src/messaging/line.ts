import { AppError } from '../errors.ts';

/** Where a chunk stands among those that are not finished. */
export interface Place {
  readonly letNext: () => void;
  /** Whether more is here, and may begin as soon as it is let. */
  readonly isFollowed: () => boolean;
  /** Whether all that were before it are settled, once they have ended. */
  readonly whenBefore: Promise<boolean>;
}

interface Line {
  /** Resolves when the next may be added. */
  add(work: (place: Place) => Promise<boolean>): Promise<void>;
  ended(): Promise<void>;
}

/** Chunks in the order in which they came; each begins when the one before has let it. */
export function createLine(maxInFlight: number, isMoreHere: () => boolean): Line {
  const inFlight = new Set<Promise<boolean>>();
  return {
    add: async (work) => {
      const mayFollow = Promise.withResolvers<undefined>();
      const letNext = (): void => {
        mayFollow.resolve(undefined);
      };
      const whenBefore = Promise.all(inFlight).then((ends) => ends.every(Boolean));
      const isFollowed = (): boolean => isMoreHere() && inFlight.size < maxInFlight;
      const ended = work({ letNext, isFollowed, whenBefore });
      inFlight.add(ended);
      void ended.finally(() => inFlight.delete(ended));
      await Promise.race([ended, mayFollow.promise]);
      while (inFlight.size >= maxInFlight) {
        await Promise.race(inFlight);
      }
    },
    ended: async () => {
      await Promise.all(inFlight);
    },
  };
}

/**
 * Resolves when all before are settled. Behind one that was given up there is a turn only for who is
 * not given up too: a chunk of a later generation, which has read again whatever was not committed.
 */
export async function turnOf(
  whenBefore: Promise<boolean>,
  isGivenUp: () => boolean,
): Promise<void> {
  if (!(await whenBefore) && isGivenUp()) {
    throw new AppError('upstream.unavailable', 'a chunk before this one is not stored');
  }
}
