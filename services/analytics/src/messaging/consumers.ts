import type { Resource } from '@tokometrics/contracts';
import { backfillTwin, factTopic, RESOURCES } from '@tokometrics/contracts';
import type { ChunkControl, InMessage, Kafka, Lifecycled } from '@tokometrics/kit';
import { prepareChunk } from './prepare-chunk.ts';
import type { Prepared, PrepareDeps } from './prepare-chunk.ts';
import { storeChunk } from './store-chunk.ts';
import type { StoreDeps } from './store-chunk.ts';

export interface ConsumerDeps extends PrepareDeps, StoreDeps {
  readonly parkBody: (message: InMessage) => Promise<Buffer | undefined>;
  readonly liveLingerMs: number;
  readonly backfillLingerMs: number;
}

const MEGABYTE = 1024 * 1024;
const LIVE = { maxRows: 10_000, maxBytes: 4 * MEGABYTE };
// Bigger chunks cost fewer passes over the same days; a history comes newest day first.
const BACKFILL = { maxRows: 50_000, maxBytes: 16 * MEGABYTE };

/** Two groups per resource: a history that loads never makes what happens now wait. */
export function createConsumers(kafka: Kafka, deps: ConsumerDeps): Lifecycled[] {
  const handlers = {
    parkBody: deps.parkBody,
    prepare: (messages: readonly InMessage[]) => prepareChunk(deps, messages),
    onChunk: (_messages: readonly InMessage[], { prepared }: ChunkControl<Prepared[]>) =>
      storeChunk(deps, prepared),
  };
  const ofResource = (resource: Resource): Lifecycled[] => [
    kafka.batchConsumer<Prepared[]>({
      group: `analytics-${resource}`,
      topics: [factTopic(resource)],
      ...LIVE,
      lingerMs: deps.liveLingerMs,
      ...handlers,
    }),
    kafka.batchConsumer<Prepared[]>({
      group: `analytics-${resource}-bf`,
      topics: [backfillTwin(factTopic(resource))],
      ...BACKFILL,
      lingerMs: deps.backfillLingerMs,
      ...handlers,
    }),
  ];
  return RESOURCES.flatMap(ofResource);
}
