import { scopeOfHeaders, storeEntry, STORE_IDS } from '@tokometrics/contracts';
import type { StoreId } from '@tokometrics/contracts';
import type { KafkaAdmin } from '@tokometrics/kit';
import type { TopicEnds } from '../domain/saga-state.ts';
import type { Scope } from './store-reader.ts';

const CHECK_MS = 5 * 60_000;
const FILE_DELAY_MS = 60_000;
const DEFAULT_RETENTION_MS = 7 * 86_400_000;
const DEFAULT_SEGMENT_MS = 7 * 86_400_000;

function patternsOf(storeId: StoreId): readonly string[] {
  const { locator } = storeEntry(storeId);
  return 'topics' in locator ? locator.topics : [];
}

function matches(pattern: string, topic: string): boolean {
  return pattern.endsWith('*') ? topic.startsWith(pattern.slice(0, -1)) : topic === pattern;
}

const KAFKA_STORES = STORE_IDS.filter((id) => storeEntry(id).kind === 'kafka');
/** Topics whose records carry a shop's data: they are fenced, and expire. */
const FENCED_STORES = KAFKA_STORES.filter((id) => storeEntry(id).erase === 'fence-and-expire');

function storeOfTopic(topic: string): StoreId | undefined {
  return KAFKA_STORES.find((id) => patternsOf(id).some((pattern) => matches(pattern, topic)));
}

export function createKafkaVerifier(admin: KafkaAdmin) {
  const fencedTopics = async (): Promise<string[]> =>
    (await admin.listTopics()).filter((topic) => {
      const storeId = storeOfTopic(topic);
      return storeId !== undefined && FENCED_STORES.includes(storeId);
    });

  /** The newest record leaves when its segment has been closed and is past retention. */
  const keptMs = async (topic: string): Promise<number> => {
    const config = await admin.describeTopicConfig(topic);
    const retention = Number(config['retention.ms'] ?? DEFAULT_RETENTION_MS);
    const segment = Number(config['segment.ms'] ?? DEFAULT_SEGMENT_MS);
    return retention + segment + CHECK_MS + FILE_DELAY_MS;
  };

  return {
    topicEnds: async (): Promise<TopicEnds[]> =>
      Promise.all(
        (await fencedTopics()).map(async (topic) => {
          const ends = await admin.topicOffsets(topic);
          return { topic, ends: ends.map(({ high }) => high) };
        }),
      ),
    /** What lies before these ends was there before the fence: it expires, and is not read again. */
    hasLateRecords: async (before: readonly TopicEnds[], scope: Scope): Promise<boolean> => {
      const starts = before.map(({ topic, ends }) => ({ topic, from: ends }));
      const late = await admin.findRecord(starts, ({ headers }) => {
        const of = scopeOfHeaders(headers);
        return of?.shopKey === scope.shopKey && of.epoch <= scope.throughEpoch;
      });
      return late !== undefined;
    },
    /** By when the last record that could have been written before `at` has left the disks. */
    physicalBy: async (at: string): Promise<Map<StoreId, string>> => {
      const bounds = new Map<StoreId, string>();
      for (const topic of await fencedTopics()) {
        const storeId = storeOfTopic(topic);
        const until = new Date(Date.parse(at) + (await keptMs(topic))).toISOString();
        if (storeId !== undefined && until > (bounds.get(storeId) ?? '')) {
          bounds.set(storeId, until);
        }
      }
      return bounds;
    },
    unmapped: async (): Promise<string[]> =>
      (await admin.listTopics())
        // Other users of the cluster, and the broker's own topics, are not ours to judge.
        .filter((topic) => topic.startsWith('tm.') && storeOfTopic(topic) === undefined)
        .map((topic) => `kafka:${topic}`),
  };
}
export type KafkaVerifier = ReturnType<typeof createKafkaVerifier>;
