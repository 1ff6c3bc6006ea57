import { AppError } from '@tokometrics/kit';
import type { FenceMap } from './fence-map.ts';
import type { InFlight } from './in-flight.ts';
import { withinLimit } from './in-flight.ts';
import type { Lease } from './lease.ts';

export interface ShopScope {
  readonly shopKey: string;
  readonly epoch: number;
}

/** `fenced`: nothing of it remains written. */
export type Guarded<T> = { readonly kind: 'done'; readonly value: T } | { readonly kind: 'fenced' };

export interface GuardOptions<T> {
  /** Takes back what was just written when the fence fell meanwhile. */
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
   */
  guardedChunk<S extends ShopScope, T>(
    scopes: readonly S[],
    op: (open: readonly S[]) => Promise<T>,
    options?: {
      readonly undo?: (fenced: readonly S[], value: T) => Promise<void>;
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

/** Checks before a write, and again after it, with all fences known. */
export function createGuard({ map, inFlight, lease }: GuardParts): Guard {
  const isFenced = (scope: ShopScope): boolean => map.isFenced(scope.shopKey, scope.epoch);

  const settle = async <S extends ShopScope, T>(
    open: readonly S[],
    work: Promise<T>,
    undo: ((fenced: readonly S[], value: T) => Promise<void>) | undefined,
  ): Promise<T> => {
    const value = await work;
    // The lease may have run out meanwhile: decide only once all fences are known again.
    if (!(await lease.untilHealthy(RECOVERY_LIMIT_MS))) {
      throw deaf();
    }
    const late = open.filter(isFenced);
    if (late.length > 0) {
      await undo?.(late, value);
    }
    return value;
  };

  const guardedChunk: Guard['guardedChunk'] = async (
    scopes,
    op,
    { undo, limitMs = WRITE_LIMIT_MS } = {},
  ) => {
    if (!lease.isHealthy()) {
      throw deaf();
    }
    const open = scopes.filter((scope) => !isFenced(scope));
    if (open.length === 0) {
      return { value: undefined, fenced: scopes };
    }
    const shopKeys = open.map(({ shopKey }) => shopKey);
    const whole = inFlight.track(shopKeys, settle(open, op(open), undo));
    if (!(await withinLimit(whole, limitMs + RECOVERY_LIMIT_MS))) {
      throw new AppError('upstream.unavailable', 'a guarded write took too long');
    }
    return { value: await whole, fenced: scopes.filter(isFenced) };
  };

  return {
    isFenced: (shopKey, epoch) => map.isFenced(shopKey, epoch),
    healthy: () => lease.isHealthy(),
    track: (shopKey, work) => inFlight.track([shopKey], work()),
    guardedChunk,
    guardedWrite: async (shopKey, epoch, op, { undo, limitMs } = {}) => {
      const { value, fenced } = await guardedChunk(
        [{ shopKey, epoch }],
        async () => ({ kept: await op() }),
        {
          ...(limitMs === undefined ? {} : { limitMs }),
          undo: async (_fenced, { kept }) => {
            await undo?.(kept);
          },
        },
      );
      return value === undefined || fenced.length > 0
        ? { kind: 'fenced' }
        : { kind: 'done', value: value.kept };
    },
  };
}

function deaf(): AppError {
  return new AppError('upstream.unavailable', 'fences cannot be heard at present');
}
