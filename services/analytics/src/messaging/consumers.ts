import type { Resource } from '@tokometrics/contracts';
import { factGroups, RESOURCES } from '@tokometrics/contracts';
import type { ChunkControl, InMessage, Kafka, Lifecycled, ParkedMessage } from '@tokometrics/kit';
import { NO_PATIENCE } from '../domain/pass-lane.ts';
import { closeGaps } from './close-gaps.ts';
import type { CloseGapsDeps } from './close-gaps.ts';
import { prepareChunk } from './prepare-chunk.ts';
import type { Prepared, PrepareDeps } from './prepare-chunk.ts';
import { storeChunk } from './store-chunk.ts';
import type { StoreDeps } from './store-chunk.ts';
import { storeRejected } from './store-rejected.ts';
import type { RejectedDeps } from './store-rejected.ts';

export interface ConsumerDeps
  extends
    PrepareDeps,
    Omit<RejectedDeps, 'closeGaps'>,
    Omit<StoreDeps, 'patience' | 'reroll' | 'closeGaps'>,
    Pick<CloseGapsDeps, 'openGaps' | 'arrived'> {
  readonly reroll: Readonly<Record<'live' | 'history', StoreDeps['reroll']>>;
  readonly parkBody: (message: InMessage) => Promise<Buffer | undefined>;
  readonly liveLingerMs: number;
  readonly backfillLingerMs: number;
}

const MEGABYTE = 1024 * 1024;
const LIVE = { maxRows: 10_000, maxBytes: 4 * MEGABYTE };
const LIVE_PATIENCE = { followed: { longestMs: 1_000, nextMs: 1_000 }, alone: NO_PATIENCE };
// Bigger than live ones, which cost fewer inserts; what is buffered of them is what the service weighs.
const BACKFILL = { maxRows: 50_000, maxBytes: 16 * MEGABYTE, maxBufferedBytes: 48 * MEGABYTE };
/**
 * The next records of a history may be on their way from the log. So long nothing is committed, and what
 * waits comes again after a rebalance.
 */
export const BACKFILL_PATIENCE = {
  followed: { longestMs: 5_000, nextMs: 5_000 },
  alone: { longestMs: 5_000, nextMs: 500 },
};
/** While rollups wait and are made, the next are stored: the pass is theirs together. */
const CHUNKS_IN_FLIGHT = 8;

/** The groups that park records, each with the topics that it reads. */
export const GROUPS: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  RESOURCES.flatMap((resource) =>
    Object.values(factGroups(resource)).map(({ group, topics }) => [group, topics] as const),
  ),
);

/**
 * Two groups per resource, each with its lane of passes: a history that loads never makes what happens
 * now wait.
 */
export function createConsumers(
  kafka: Pick<Kafka, 'batchConsumer'>,
  deps: ConsumerDeps,
): Lifecycled[] {
  // No figure of today waits for these days, whichever consumer met with them.
  const rollEarlier: CloseGapsDeps['rollEarlier'] = (dirty) =>
    deps.reroll.history(dirty, BACKFILL_PATIENCE.alone);
  const handlers = (patience: StoreDeps['patience'], reroll: StoreDeps['reroll']) => {
    const ofLane: StoreDeps = {
      ...{ ...deps, patience, reroll },
      closeGaps: (written) => closeGaps({ ...deps, rollEarlier }, written),
    };
    return {
      parkBody: deps.parkBody,
      prepare: (messages: readonly InMessage[]) => prepareChunk(deps, messages),
      onChunk: (_messages: readonly InMessage[], control: ChunkControl<Prepared[]>) =>
        storeChunk(ofLane, control.prepared, control.generationOf),
      onRejected: (rejected: readonly ParkedMessage[]) =>
        storeRejected({ ...ofLane, validators: deps.validators }, rejected),
      maxInFlight: CHUNKS_IN_FLIGHT,
    };
  };
  const ofResource = (resource: Resource): Lifecycled[] => [
    kafka.batchConsumer<Prepared[]>({
      ...factGroups(resource).live,
      ...LIVE,
      lingerMs: deps.liveLingerMs,
      ...handlers(LIVE_PATIENCE, deps.reroll.live),
    }),
    kafka.batchConsumer<Prepared[]>({
      ...factGroups(resource).history,
      ...BACKFILL,
      lingerMs: deps.backfillLingerMs,
      ...handlers(BACKFILL_PATIENCE, deps.reroll.history),
    }),
  ];
  return RESOURCES.flatMap(ofResource);
}
