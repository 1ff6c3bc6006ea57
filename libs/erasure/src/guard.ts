import { AppError } from '@tokometrics/kit';
import type { FenceMap, ShopScope } from './fence-map.ts';
import type { InFlight } from './in-flight.ts';
import { withinLimit } from './in-flight.ts';
import { createLateWrites } from './late-writes.ts';
import type { LateWrites } from './late-writes.ts';
import type { Lease } from './lease.ts';

/** `fenced`: nothing of it remains written. */
export type Guarded<T> = { readonly kind: 'done'; readonly value: T } | { readonly kind: 'fenced' };

export interface GuardOptions<T> {
  /**
   * Takes back what was just written when the fence fell meanwhile. Not called for a write that
   * failed, which has no value: one that may have landed in part goes through `guardedChunk`.
   */
  readonly undo?: (value: T) => Promise<void>;
  /** Total limit of the write, below the lease; default 10 s. */
  readonly limitMs?: number;
}

export interface Fences extends Guard {
  /** Highest closed epoch of the shop, 0 when none is. */
  throughEpoch(shopKey: string): number;
  /** Called at once, before in-flight work has ended; sealers drop their keys here. */
  onApply(listener: (shopKey: string, throughEpoch: number) => void): void;
}

export interface Guard {
  isFenced(shopKey: string, epoch: number): boolean;
  /** False while this instance cannot know of new fences: it must neither write nor consume. */
  healthy(): boolean;
  /** Every write that names a shop goes through here. Throws `upstream.unavailable` when not healthy. */
  guardedWrite<T>(
    shopKey: string,
    epoch: number,
    op: () => Promise<T>,
    options?: GuardOptions<T>,
  ): Promise<Guarded<T>>;
  /**
   * The same for a chunk of several shops. `op` runs with those that are open; answers with the
   * value and every scope that is fenced by its end, after `undo` has removed what was written.
   * Also when `op` fails, without a value then: a part of it may have landed. An undo that fails, or
   * cannot be decided while fences are not heard, is made up for at the fence or at the next call.
   */
  guardedChunk<S extends ShopScope, T>(
    scopes: readonly S[],
    op: (open: readonly S[]) => Promise<T>,
    options?: {
      readonly undo?: (fenced: readonly S[], value: T | undefined) => Promise<void>;
      readonly limitMs?: number;
    },
  ): Promise<{ readonly value: T | undefined; readonly fenced: readonly S[] }>;
  /** Runs the work as in flight for the shop: a fence is acknowledged only after its end. */
  track<T>(shopKey: string, work: () => Promise<T>): Promise<T>;
}

const WRITE_LIMIT_MS = 10_000;
const RECOVERY_LIMIT_MS = 20_000;

interface GuardParts {
  readonly map: Pick<FenceMap, 'isFenced'>;
  readonly inFlight: Pick<InFlight, 'track'>;
  readonly lease: Pick<Lease, 'isHealthy' | 'untilHealthy'>;
}

export interface OwingGuard extends Guard {
  /** Undoes what landed late for the shop; a fence is acknowledged only after it. */
  readonly takeBack: (shopKey: string) => Promise<void>;
}

/** Runs a write of open scopes to its end, which is known only when all fences are. */
function createRunner(lease: GuardParts['lease'], late: Pick<LateWrites, 'end'>) {
  /** Whether all fences were known in time. */
  const end = async <S extends ShopScope>(
    open: readonly S[],
    undo: ((fenced: readonly S[]) => Promise<void>) | undefined,
  ): Promise<boolean> => {
    // The lease may have run out meanwhile: decide only once all fences are known again.
    const isHeard = await lease.untilHealthy(RECOVERY_LIMIT_MS);
    if (undo !== undefined) {
      await late.end(open, undo);
    }
    return isHeard;
  };

  return async <S extends ShopScope, T>(
    open: readonly S[],
    op: (open: readonly S[]) => Promise<T>,
    undo: ((fenced: readonly S[], value: T | undefined) => Promise<void>) | undefined,
  ): Promise<T> => {
    const undoOf = (value: T | undefined) =>
      undo && ((fenced: readonly S[]) => undo(fenced, value));
    let value: T;
    try {
      value = await op(open);
    } catch (error) {
      // Steps before the one that failed may have landed. An undo that fails too stays owed.
      await end(open, undoOf(undefined)).catch(() => undefined);
      throw error;
    }
    if (!(await end(open, undoOf(value)))) {
      throw deaf();
    }
    return value;
  };
}

/** Checks before a write, and again after it, with all fences known. */
export function createGuard({ map, inFlight, lease }: GuardParts): OwingGuard {
  const isFenced = (scope: ShopScope): boolean => map.isFenced(scope.shopKey, scope.epoch);
  const late = createLateWrites({ isFenced, isCertain: () => lease.isHealthy() });
  const run = createRunner(lease, late);

  /** What is owed comes first: for a scope that is fenced by now nothing else would call its undo. */
  const settle = async (shopKeys: readonly string[], limitMs: number): Promise<void> => {
    late.tryOthers(shopKeys);
    if (!(await withinLimit(late.settle(shopKeys), limitMs))) {
      throw new AppError('upstream.unavailable', 'what landed late is not taken back yet');
    }
  };

  const guardedChunk: Guard['guardedChunk'] = async (
    scopes,
    op,
    { undo, limitMs = WRITE_LIMIT_MS } = {},
  ) => {
    if (late.isAnyOwed()) {
      await settle(shopKeysOf(scopes), limitMs);
    }
    if (!lease.isHealthy()) {
      throw deaf();
    }
    const open = scopes.filter((scope) => !isFenced(scope));
    if (open.length === 0) {
      return { value: undefined, fenced: scopes };
    }
    const whole = inFlight.track(shopKeysOf(open), run(open, op, undo));
    if (!(await withinLimit(whole, limitMs + RECOVERY_LIMIT_MS))) {
      throw new AppError('upstream.unavailable', 'a guarded write took too long');
    }
    return { value: await whole, fenced: scopes.filter(isFenced) };
  };

  return {
    isFenced: (shopKey, epoch) => map.isFenced(shopKey, epoch),
    healthy: () => lease.isHealthy(),
    takeBack: (shopKey) => late.settle([shopKey]),
    track: (shopKey, work) => inFlight.track([shopKey], work()),
    guardedChunk,
    guardedWrite: async (shopKey, epoch, op, { undo, limitMs } = {}) => {
      const { value, fenced } = await guardedChunk(
        [{ shopKey, epoch }],
        async () => ({ kept: await op() }),
        {
          ...(limitMs === undefined ? {} : { limitMs }),
          undo: async (_fenced, written) => {
            if (written !== undefined) {
              await undo?.(written.kept);
            }
          },
        },
      );
      return value === undefined || fenced.length > 0
        ? { kind: 'fenced' }
        : { kind: 'done', value: value.kept };
    },
  };
}

function shopKeysOf(scopes: readonly ShopScope[]): string[] {
  return scopes.map(({ shopKey }) => shopKey);
}

function deaf(): AppError {
  return new AppError('upstream.unavailable', 'fences cannot be heard at present');
}
