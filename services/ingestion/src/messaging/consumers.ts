import { RAW_GROUPS } from '@tokometrics/contracts';
import type { ChunkControl, InMessage, Kafka, Lifecycled, ParkedMessage } from '@tokometrics/kit';
import { prepareChunk } from './prepare-chunk.ts';
import type { Prepared, PrepareDeps } from './prepare-chunk.ts';
import { storeChunk } from './store-chunk.ts';
import type { StoreDeps } from './store-chunk.ts';
import { storeRejected } from './store-rejected.ts';

export interface ConsumerDeps extends PrepareDeps, StoreDeps {
  readonly parkBody: (message: InMessage) => Promise<Buffer | undefined>;
  readonly liveRows: number;
  readonly backfillRows: number;
}

const MAX_BYTES = 4 * 1024 * 1024;

/** The groups that park records, each with the topics that it reads. */
export const GROUPS: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.values(RAW_GROUPS).map(({ group, topics }) => [group, topics] as const),
);

/** Two groups: a history that loads never makes what happens now wait. */
export function createConsumers(
  kafka: Pick<Kafka, 'batchConsumer'>,
  deps: ConsumerDeps,
): Lifecycled[] {
  const handlers = {
    parkBody: deps.parkBody,
    prepare: (messages: readonly InMessage[]) => prepareChunk(deps, messages),
    onChunk: (_messages: readonly InMessage[], { prepared }: ChunkControl<Prepared[]>) =>
      storeChunk(deps, prepared),
    onRejected: (rejected: readonly ParkedMessage[]) => storeRejected(deps, rejected),
  };
  return [
    kafka.batchConsumer<Prepared[]>({
      ...RAW_GROUPS.live,
      maxRows: deps.liveRows,
      maxBytes: MAX_BYTES,
      lingerMs: 50,
      ...handlers,
    }),
    kafka.batchConsumer<Prepared[]>({
      ...RAW_GROUPS.history,
      maxRows: deps.backfillRows,
      maxBytes: MAX_BYTES,
      lingerMs: 200,
      ...handlers,
    }),
  ];
}
