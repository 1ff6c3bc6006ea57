import { RESOURCES } from './resources.ts';
import type { Resource } from './resources.ts';

export interface TopicDefinition {
  readonly name: string;
  readonly partitions: number;
  readonly config: Readonly<Record<string, string>>;
}

const DAY_MS = 86_400_000;
// A segment is deleted only once closed: six hours bound how long an expired record can linger.
const SEGMENT_MS = '21600000';

/**
 * One record is one order, compressed and sealed, or the facts of one: 10 MB of JSON at the source have
 * been seen to pass. A broker's own default of 1 MB would stop a whole partition at the first of them.
 */
const MAX_RECORD_BYTES = String(16 * 1024 * 1024);

const kept = (name: string, days: number, partitions: number): TopicDefinition => ({
  name,
  partitions,
  config: {
    'cleanup.policy': 'delete',
    'max.message.bytes': MAX_RECORD_BYTES,
    'retention.ms': String(days * DAY_MS),
    'segment.ms': SEGMENT_MS,
  },
});
const compacted = (name: string): TopicDefinition => ({
  name,
  partitions: 1,
  config: {
    'cleanup.policy': 'compact',
    'max.compaction.lag.ms': String(DAY_MS),
    'delete.retention.ms': String(DAY_MS),
    'segment.ms': SEGMENT_MS,
  },
});

export const rawTopic = (of: Resource): string => `tm.raw.${of}.v1`;
export const factTopic = (of: Resource): string => `tm.fact.${of}.v1`;
/** The backfill twin: a history that loads never starves what happens now. */
export const backfillTwin = (topic: string): string => `${topic}.bf`;

export const TOPIC = {
  shopLifecycle: 'tm.shop.lifecycle.v1',
  accountLifecycle: 'tm.account.lifecycle.v1',
  mailRequested: 'tm.mail.requested.v1',
  usage: 'tm.usage.page.v1',
  notice: 'tm.notice.v1',
  fence: 'tm.privacy.fence.v1',
  command: 'tm.privacy.command.v1',
  ack: 'tm.privacy.ack.v1',
} as const;

export type Lane = 'live' | 'history';

export interface ConsumerGroup {
  readonly group: string;
  readonly topics: readonly string[];
}

const RAW = RESOURCES.map(rawTopic);

/** Who takes in what was read: ingestion. */
export const RAW_GROUPS: Readonly<Record<Lane, ConsumerGroup>> = {
  live: { group: 'ingestion', topics: RAW },
  history: { group: 'ingestion-bf', topics: RAW.map(backfillTwin) },
};

/** Who takes in the facts of one resource: the sink. */
export const factGroups = (of: Resource): Readonly<Record<Lane, ConsumerGroup>> => ({
  live: { group: `analytics-${of}`, topics: [factTopic(of)] },
  history: { group: `analytics-${of}-bf`, topics: [backfillTwin(factTopic(of))] },
});

/** All that a snapshot of the lane passes on its way from the connector into figures. */
export const groupsOfLane = (lane: Lane): ConsumerGroup[] => [
  RAW_GROUPS[lane],
  ...RESOURCES.map((of) => factGroups(of)[lane]),
];

/** Every data topic of one resource, both hops, live and backfill. */
function resourceTopics(of: Resource): TopicDefinition[] {
  const partitions = of === 'order' ? 6 : 3;
  return [
    kept(rawTopic(of), 3, 3),
    kept(backfillTwin(rawTopic(of)), 3, 3),
    kept(factTopic(of), 3, partitions),
    kept(backfillTwin(factTopic(of)), 3, partitions),
  ];
}

/** The manifest: partitions are the development counts, production overrides them by configuration. */
export const TOPICS: readonly TopicDefinition[] = [
  ...RESOURCES.flatMap(resourceTopics),
  compacted(TOPIC.shopLifecycle),
  compacted(TOPIC.accountLifecycle),
  compacted(TOPIC.fence),
  kept(TOPIC.mailRequested, 1, 1),
  kept(TOPIC.usage, 3, 1),
  {
    ...kept(TOPIC.notice, 1, 1),
    config: { 'cleanup.policy': 'delete', 'retention.ms': '3600000', 'segment.ms': '3600000' },
  },
  kept(TOPIC.command, 30, 1),
  kept(TOPIC.ack, 90, 1),
];

export function topicsNamed(names: readonly string[]): TopicDefinition[] {
  return TOPICS.filter((topic) => names.includes(topic.name));
}
