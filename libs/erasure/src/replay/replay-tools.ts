import { TOPIC } from '@tokometrics/contracts';
import { AppError } from '@tokometrics/kit';
import type { Clock, Kafka, Lifecycled, Logger, Producer, Vault } from '@tokometrics/kit';
import { createFences } from '../fences.ts';
import { withinLimit } from '../in-flight.ts';
import type { Fences } from '../guard.ts';
import { createSealer } from '../sealer.ts';
import type { Sealer } from '../sealer.ts';
import { createShopProjection } from '../shop-projection.ts';
import type { ShopProjection } from '../shop-projection.ts';
import { refuse } from './arguments.ts';
import type { ReplayRequest } from './arguments.ts';
import { redrive } from './redrive.ts';
import type { RedriveDeps } from './redrive.ts';
import { tableOf } from './report.ts';

export interface ReplayParts {
  readonly kafka: Kafka;
  readonly vault: Vault;
  readonly service: string;
  readonly instanceId: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly groups: RedriveDeps['groups'];
  /** One line for the person who asked. */
  readonly say: (line: string) => void;
}

export interface ReplayTools {
  /** In the order of their start. The job hears fences and answers them like any other instance. */
  readonly parts: readonly Lifecycled[];
  readonly fences: Fences;
  readonly sealer: Sealer;
  readonly shops: ShopProjection;
  readonly producer: Pick<Producer, 'send'>;
  redrive(request: ReplayRequest, signal: AbortSignal): Promise<void>;
}

/** What a job needs that sends again what a service has kept. */
export function createReplayTools(given: ReplayParts): ReplayTools {
  const { kafka, vault, service, instanceId, clock, log, say } = given;
  const producer = kafka.producer({ compression: 'zstd' });
  const shops = createShopProjection(kafka, `${service}-shops-${instanceId}`, log);
  const fences = createFences({
    ...{ kafka, producer, vault, service, instanceId, clock, log },
    onFence: () => Promise.resolve(),
  });
  const sealer = createSealer({ vault, clock, fences });
  return {
    parts: [reachable(kafka), vault, producer, shops, fences],
    ...{ fences, sealer, shops, producer },
    redrive: async (request, signal) => {
      if (request.kind !== 'dead-letters') {
        throw refuse('this service keeps no archive to rebuild from');
      }
      const report = await redrive(
        {
          ...{ kafka, fences, shops, log, groups: given.groups },
          publish: (batch) => producer.send(batch),
          openMany: (items) => sealer.openMany(items),
        },
        request,
        signal,
      );
      tableOf(report, request.dryRun).forEach(say);
    },
  };
}

const PATIENCE_MS = 15_000;

/** Asked first: a group that cannot be joined waits, and would not say for what. */
function reachable(kafka: Kafka): Lifecycled {
  const admin = kafka.admin();
  return {
    name: 'kafka',
    start: async () => {
      const topics = admin.start().then(() => admin.listTopics());
      if (!(await withinLimit(topics, PATIENCE_MS))) {
        topics.catch(() => undefined);
        throw new AppError('upstream.unavailable', 'kafka does not answer');
      }
      if (!(await topics).includes(TOPIC.fence)) {
        throw new AppError('resource.conflict', 'the product has never run on this Kafka', {
          details: { reason: 'topics.missing' },
        });
      }
    },
    // What still tries to connect ends with the process.
    stop: async () => {
      await withinLimit(admin.stop(), 1_000);
    },
  };
}
