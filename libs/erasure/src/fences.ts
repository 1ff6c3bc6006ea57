import { fence, shopOfScope, TOPIC } from '@tokometrics/contracts';
import type { Fence, PrivacyAck } from '@tokometrics/contracts';
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
import type { FenceMap } from './fence-map.ts';
import { createGuard } from './guard.ts';
import type { Fences, OwingGuard } from './guard.ts';
import { createInFlight, withinLimit } from './in-flight.ts';
import type { InFlight } from './in-flight.ts';
import { createLease } from './lease.ts';
import { parseRecord } from './parse-record.ts';

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
  /**
   * The merchant wishes that the platform's side ends too; before `onFence`, while tokens are there.
   * Of several instances one does it, the others answer nothing. Must end within two seconds.
   */
  readonly onEndGrant?: (shopKey: string, throughEpoch: number) => Promise<GrantEnd>;
}

type GrantEnd = PrivacyAck['grantEnd'];

const IN_FLIGHT_LIMIT_MS = 12_000;

/** Answers that a fence is applied here; without it the coordinator does not go on. */
async function acknowledge(
  options: FencesOptions,
  applied: Fence,
  grantEnd: GrantEnd,
): Promise<void> {
  const { vault, service, instanceId, clock, producer } = options;
  const ack = await signAck(vault, service, {
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
    ...(grantEnd === undefined ? {} : { grantEnd }),
  });
  await producer.send([
    { topic: TOPIC.ack, key: applied.requestId, value: Buffer.from(canonicalJson(ack)) },
  ]);
}

interface ApplierParts {
  readonly map: FenceMap;
  readonly inFlight: InFlight;
  readonly takeBack: OwingGuard['takeBack'];
}

async function untilEnded(
  { inFlight, takeBack }: Omit<ApplierParts, 'map'>,
  shopKey: string,
): Promise<void> {
  if (!(await inFlight.settled(shopKey, IN_FLIGHT_LIMIT_MS))) {
    throw new AppError('upstream.unavailable', 'work of a fenced shop has not ended yet');
  }
  // Ended is not enough: what ended unheard, or could not be undone then, is still there.
  if (!(await withinLimit(takeBack(shopKey), IN_FLIGHT_LIMIT_MS))) {
    throw new AppError('upstream.unavailable', 'what landed late is not taken back yet');
  }
}

type Listener = (shopKey: string, throughEpoch: number) => void;

/** Applies fence records: first the map, so that nothing new begins; then what still runs. */
function createApplier(options: FencesOptions, { map, ...running }: ApplierParts) {
  const { log } = options;
  const listeners: Listener[] = [];
  const applying = new Set<Promise<void>>();

  const finish = async (applied: Fence, shopKey: string, withAck: boolean): Promise<void> => {
    try {
      await untilEnded(running, shopKey);
      const throughEpoch = applied.erasedThroughEpoch;
      // A fence from before this process has had its two seconds.
      const isWished = withAck && applied.endGrant === true;
      const grantEnd = isWished ? await options.onEndGrant?.(shopKey, throughEpoch) : undefined;
      await options.onFence(applied.scope, throughEpoch);
      if (withAck) {
        await acknowledge(options, applied, grantEnd);
      }
    } catch (error) {
      // The coordinator repeats the record until every live instance has answered.
      log.warn({ err: error, scope: applied.scope }, 'fence applied, but not acknowledged yet');
    }
  };

  return {
    onApply: (listener: Listener): void => {
      listeners.push(listener);
    },
    apply: (message: InMessage, withAck: boolean): void => {
      const record = parseRecord(fence, message);
      const shopKey = record === undefined ? undefined : shopOfScope(record.scope);
      if (record === undefined || shopKey === undefined) {
        log.error({ offset: message.offset }, 'a record of the fence topic is not a fence');
        return;
      }
      map.raise(record.scope, record.erasedThroughEpoch);
      for (const listener of listeners) {
        listener(shopKey, map.throughEpoch(shopKey));
      }
      const work = finish(record, shopKey, withAck);
      applying.add(work);
      void work.then(() => applying.delete(work));
    },
    settled: async (): Promise<void> => {
      await Promise.all(applying);
    },
  };
}

export function createFences(options: FencesOptions): Lifecycled & Fences {
  const { kafka, service, instanceId, clock, log } = options;
  const map = createFenceMap();
  const inFlight = createInFlight();
  let isBooted = false;
  let lastOffset = -1n;

  const lease = createLease({
    clock,
    log,
    catchUp: () =>
      kafka.readToEnd(TOPIC.fence, (message) => {
        apply(message, false);
      }),
  });
  const { takeBack, ...guard } = createGuard({ map, inFlight, lease });
  const { apply, onApply, settled } = createApplier(options, { map, inFlight, takeBack });
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

  return {
    name: `fences of ${service}`,
    ...guard,
    throughEpoch: (shopKey) => map.throughEpoch(shopKey),
    onApply,
    start: async () => {
      await tail.start();
      lease.beat();
      await settled();
      lease.start();
      isBooted = true;
    },
    stop: async () => {
      lease.stop();
      await tail.stop();
      await settled();
    },
  };
}
