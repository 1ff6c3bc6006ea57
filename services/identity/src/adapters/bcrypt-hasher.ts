import { AppError } from '@tokometrics/kit';
import bcrypt from 'bcrypt';
import { costOf, formatHash, parseHash, prehash } from '../domain/prehash.ts';

interface Peppers {
  readonly currentId: string;
  readonly get: (pepperId: string) => Buffer | undefined;
}

export interface HasherOptions {
  readonly peppers: Peppers;
  readonly cost: number;
  /** Durations only. */
  readonly monotonicMs: () => number;
}

const IN_FLIGHT = 2;
const QUEUE = 16;
const LONGEST_WAIT_MS = 2_000;

/** Hashing behind a bulkhead: a flood of sign-ins makes them wait and be refused, not the rest of the service. */
export function createHasher({ peppers, cost, monotonicMs }: HasherOptions) {
  const waiting: { start: () => void; since: number }[] = [];
  let running = 0;

  function next(): void {
    running -= 1;
    waiting.shift()?.start();
  }

  async function slot(): Promise<void> {
    if (running < IN_FLIGHT) {
      running += 1;
      return;
    }
    if (waiting.length >= QUEUE) {
      throw overloaded();
    }
    const since = monotonicMs();
    await new Promise<void>((resolve) => {
      waiting.push({ start: resolve, since });
    });
    running += 1;
    if (monotonicMs() - since > LONGEST_WAIT_MS) {
      next();
      throw overloaded();
    }
  }

  async function guarded<T>(work: () => Promise<T>): Promise<T> {
    await slot();
    try {
      return await work();
    } finally {
      next();
    }
  }

  function pepperOf(id: string): Buffer {
    const pepper = peppers.get(id);
    if (pepper === undefined) {
      throw new AppError('upstream.unavailable', 'a key for passwords is missing');
    }
    return pepper;
  }

  async function hash(password: string): Promise<string> {
    const pre = prehash(pepperOf(peppers.currentId), password);
    const made = await guarded(() => bcrypt.hash(pre, cost));
    return formatHash(peppers.currentId, made);
  }

  // Compared against where there is no account: with the live cost, so that the time tells nothing.
  let dummy: Promise<string> | undefined;

  return {
    hash,
    async prepare(): Promise<void> {
      dummy ??= hash('no account has this password');
      await dummy;
    },
    async verify(password: string, stored: string | undefined): Promise<boolean> {
      dummy ??= hash('no account has this password');
      const parsed = parseHash(stored ?? (await dummy));
      if (parsed === undefined) {
        throw new AppError('internal', 'a stored password hash has an unknown form');
      }
      const pre = prehash(pepperOf(parsed.pepperId), password);
      const matches = await guarded(() => bcrypt.compare(pre, parsed.bcrypt));
      return matches && stored !== undefined;
    },
    needsRehash(stored: string): boolean {
      const parsed = parseHash(stored);
      return parsed?.pepperId !== peppers.currentId || costOf(parsed.bcrypt) < cost;
    },
  };
}

function overloaded(): AppError {
  return new AppError('server.overloaded', 'many are signing in; try again in a moment', {
    details: { retryAfterSeconds: 2 },
  });
}
