import { fence, shopOfScope, TOPIC } from '@tokometrics/contracts';
import type { Fence } from '@tokometrics/contracts';
import { AppError, canonicalJson, createUlid, sha256Hex } from '@tokometrics/kit';
import type {
  Clock,
  InMessage,
  Kafka,
  Lifecycled,
  Logger,
  Producer,
  VaultClient,
} from '@tokometrics/kit';
import { signAck } from './acks.ts';
import { createFenceMap } from './fence-map.ts';
import { createInFlight, withinLimit } from './in-flight.ts';
import { createLease } from './lease.ts';
import { parseRecord } from './parse-record.ts';

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

export interface Fences {
  isFenced(shopKey: string, epoch: number): boolean;
  /** Highest closed epoch of the shop, 0 when none is. */
  throughEpoch(shopKey: string): number;
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
  /** Called at once, before in-flight work has ended; sealers drop their keys here. */
  onApply(listener: (shopKey: string, throughEpoch: number) => void): void;
}

export interface FencesOptions {
  readonly kafka: Kafka;
  readonly producer: Pick<Producer, 'send'>;
  readonly vault: Pick<VaultClient, 'transit'>;
  readonly service: string;
  readonly instanceId: string;
  readonly clock: Clock;
  readonly log: Logger;
  /**
   * Stops and forgets whatever runs for the shop. Called for every fence, also at boot for old
   * ones, so it must be idempotent and cheap when there is nothing. A failure withholds the ack.
   */
  readonly onFence: (scope: string, throughEpoch: number) => Promise<void>;
}

const IN_FLIGHT_LIMIT_MS = 12_000;
const WRITE_LIMIT_MS = 10_000;
const RECOVERY_LIMIT_MS = 20_000;

export function createFences(options: FencesOptions): Lifecycled & Fences {
  const { kafka, service, instanceId, clock, log } = options;
  const map = createFenceMap();
  const inFlight = createInFlight();
  const listeners: ((shopKey: string, throughEpoch: number) => void)[] = [];
  const applying = new Set<Promise<void>>();
  let isBooted = false;
  let lastOffset = -1n;

  const acknowledge = async (applied: Fence): Promise<void> => {
    const ack = await signAck(options.vault, service, {
      v: 1,
      msgId: createUlid(clock),
      inReplyTo: applied.requestId,
      requestId: applied.requestId,
      storeId: `service:${service}`,
      instanceId,
      phase: 'FENCE',
      attempt: 1,
      outcome: 'done',
      found: 0,
      removed: 0,
      physicalBy: null,
      evidence: sha256Hex(
        canonicalJson({ scope: applied.scope, throughEpoch: applied.erasedThroughEpoch }),
      ),
      watermark: applied.ledgerSeq,
    });
    await options.producer.send([
      { topic: TOPIC.ack, key: applied.requestId, value: Buffer.from(canonicalJson(ack)) },
    ]);
  };

  /** What must have ended before the ack; the map was raised before, so nothing new begins. */
  const finish = async (applied: Fence, shopKey: string, withAck: boolean): Promise<void> => {
    try {
      if (!(await inFlight.settled(shopKey, IN_FLIGHT_LIMIT_MS))) {
        throw new AppError('upstream.unavailable', 'work of a fenced shop has not ended yet');
      }
      await options.onFence(applied.scope, applied.erasedThroughEpoch);
      if (withAck) {
        await acknowledge(applied);
      }
    } catch (error) {
      // The coordinator repeats the record until every live instance has answered.
      log.warn({ err: error, scope: applied.scope }, 'fence applied, but not acknowledged yet');
    }
  };

  const apply = (message: InMessage, withAck: boolean): void => {
    const record = parseRecord(fence, message);
    const shopKey = record === undefined ? undefined : shopOfScope(record.scope);
    if (record === undefined || shopKey === undefined) {
      log.error({ partition: message.partition }, 'a record of the fence topic is not a fence');
      return;
    }
    map.raise(record.scope, record.erasedThroughEpoch);
    const through = map.throughEpoch(shopKey);
    for (const listener of listeners) {
      listener(shopKey, through);
    }
    const work = finish(record, shopKey, withAck);
    applying.add(work);
    void work.then(() => applying.delete(work));
  };

  const lease = createLease({
    clock,
    log,
    catchUp: () =>
      kafka.readToEnd(TOPIC.fence, (message) => {
        apply(message, false);
      }),
  });

  // The handler returns at once: a slow end of in-flight work must not cost the membership.
  const tail = kafka.tail({
    group: `fence-${service}-${instanceId}`,
    topic: TOPIC.fence,
    from: 'beginning',
    sessionTimeoutMs: 15_000,
    heartbeatMs: 3_000,
    onHeartbeat: () => {
      lease.beat();
    },
    onMessage: (message) => {
      const offset = BigInt(message.offset);
      // After a rejoin the topic is delivered again from its beginning: applied, but not answered.
      const isNew = offset > lastOffset;
      lastOffset = isNew ? offset : lastOffset;
      // What was there before this instance began needs no ack of it: nothing was in flight.
      apply(message, isBooted && isNew);
    },
  });

  const assertHealthy = (): void => {
    if (!lease.isHealthy()) {
      throw new AppError('upstream.unavailable', 'fences cannot be heard at present');
    }
  };
  const isFenced = (scope: ShopScope): boolean => map.isFenced(scope.shopKey, scope.epoch);

  const fences: Fences = {
    isFenced: (shopKey, epoch) => map.isFenced(shopKey, epoch),
    throughEpoch: (shopKey) => map.throughEpoch(shopKey),
    healthy: () => lease.isHealthy(),
    onApply: (listener) => {
      listeners.push(listener);
    },
    track: (shopKey, work) => inFlight.track([shopKey], work()),
    guardedChunk: async (scopes, op, { undo, limitMs = WRITE_LIMIT_MS } = {}) => {
      assertHealthy();
      const open = scopes.filter((scope) => !isFenced(scope));
      if (open.length === 0) {
        return { value: undefined, fenced: scopes };
      }
      const work = op(open);
      const whole = (async () => {
        const value = await work;
        // The lease may have run out meanwhile: decide only once all fences are known again.
        if (!(await lease.untilHealthy(RECOVERY_LIMIT_MS))) {
          throw new AppError('upstream.unavailable', 'fences cannot be heard at present');
        }
        const late = open.filter(isFenced);
        if (late.length > 0) {
          await undo?.(late, value);
        }
        return value;
      })();
      const tracked = inFlight.track(
        open.map(({ shopKey }) => shopKey),
        whole,
      );
      if (!(await withinLimit(tracked, limitMs + RECOVERY_LIMIT_MS))) {
        throw new AppError('upstream.unavailable', 'a guarded write took too long');
      }
      return { value: await tracked, fenced: scopes.filter(isFenced) };
    },
    guardedWrite: async (shopKey, epoch, op, { undo, limitMs } = {}) => {
      const result = await fences.guardedChunk(
        [{ shopKey, epoch }],
        async () => ({ kept: await op() }),
        {
          ...(limitMs === undefined ? {} : { limitMs }),
          undo: async (_fenced, { kept }) => {
            await undo?.(kept);
          },
        },
      );
      return result.value === undefined || result.fenced.length > 0
        ? { kind: 'fenced' }
        : { kind: 'done', value: result.value.kept };
    },
  };

  return {
    name: `fences of ${service}`,
    ...fences,
    start: async () => {
      await tail.start();
      lease.beat();
      await Promise.all(applying);
      lease.start();
      isBooted = true;
    },
    stop: async () => {
      lease.stop();
      await tail.stop();
      await Promise.all(applying);
    },
  };
}
