import kafkajs from 'kafkajs';
import type { Admin, Kafka as KafkaClient } from 'kafkajs';
import { AppError } from '../errors.ts';
import type { Logger } from '../logging.ts';
import { pauseFor } from './backoff.ts';
import type { InMessage, TopicDef } from './messages.ts';
import type { KafkaAdmin, PartitionOffsets } from './options.ts';
import { readRange } from './read-range.ts';
import type { Naming } from './topics.ts';

export interface AdminParts {
  readonly client: KafkaClient;
  readonly naming: Naming;
  readonly log: Logger;
  readonly replicationFactor: number;
}

export type TopicAdmin = KafkaAdmin & {
  ensureTopics(defs: readonly TopicDef[]): Promise<void>;
};

const STARTUP_MS = 45_000;

/** What a coordinator says that was elected, or moved, a moment ago. */
const SETTLING: ReadonlySet<unknown> = new Set([
  'GROUP_LOAD_IN_PROGRESS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
]);
const isSettling = (error: unknown): boolean =>
  error instanceof Error && 'type' in error && SETTLING.has(error.type);

/** A broker just started answers "coordinator not available" for seconds: repeated, not reported. */
async function patiently<T>(
  log: Logger,
  step: () => Promise<T>,
  isPassing: (error: unknown) => boolean = () => true,
): Promise<T> {
  const giveUpAt = performance.now() + STARTUP_MS;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await step();
    } catch (error) {
      if (!isPassing(error)) {
        throw error;
      }
      if (performance.now() >= giveUpAt) {
        throw new AppError('upstream.unavailable', 'kafka does not answer', { cause: error });
      }
      if (attempt === 3) {
        log.warn(
          { errorType: error instanceof Error ? error.name : 'unknown' },
          'kafka not ready yet',
        );
      }
      await pauseFor(Math.min(2_000, 200 * 2 ** attempt), new AbortController().signal);
    }
  }
}

// eslint-disable-next-line limit/max-lines-per-function -- a list of short calls over one connection
export function createAdmin(parts: AdminParts): TopicAdmin {
  const { naming } = parts;
  let connected: Promise<Admin> | undefined;

  const connect = async (): Promise<Admin> => {
    const admin = parts.client.admin();
    await admin.connect();
    return admin;
  };

  const use = async <T>(work: (admin: Admin) => Promise<T>): Promise<T> => {
    connected ??= connect();
    const mine = connected;
    try {
      return await work(await mine);
    } catch (error) {
      if (connected === mine) {
        connected = undefined; // the next call connects anew
        mine.then((admin) => admin.disconnect()).catch(() => undefined);
      }
      throw error;
    }
  };

  const topicOffsets = async (topic: string): Promise<PartitionOffsets[]> => {
    const all = await patiently(parts.log, () =>
      use((admin) => admin.fetchTopicOffsets(naming.physical(topic))),
    );
    return all
      .map(({ partition, low, high }) => ({ partition, low, high }))
      .sort((a, b) => a.partition - b.partition);
  };

  const groupOffsets: KafkaAdmin['groupOffsets'] = async (group, topics) => {
    const ask = () =>
      use((admin) =>
        admin.fetchOffsets({
          groupId: naming.physical(group),
          topics: topics.map((topic) => naming.physical(topic)),
        }),
      );
    const found = await patiently(parts.log, ask, isSettling);
    return found.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, offset }) => ({
        topic: naming.logical(topic),
        partition,
        offset: offset === '-1' ? undefined : offset,
      })),
    );
  };

  const admin: TopicAdmin = {
    name: 'kafka-admin',
    start: () => patiently(parts.log, () => use(() => Promise.resolve())),
    stop: async () => {
      const open = connected;
      connected = undefined;
      await (await open)?.disconnect();
    },
    listTopics: async () => {
      const topics = await use((a) => a.listTopics());
      return topics.filter((t) => naming.isOurs(t)).map((t) => naming.logical(t));
    },
    listGroups: async () => {
      const { groups } = await use((a) => a.listGroups());
      return groups
        .filter(({ groupId }) => naming.isOurs(groupId))
        .map(({ groupId }) => naming.logical(groupId));
    },
    describeGroups: async (groups) => {
      const found = await use((a) => a.describeGroups(groups.map((g) => naming.physical(g))));
      return found.groups.map(({ groupId, state, members }) => ({
        group: naming.logical(groupId),
        state,
        members: members.map(({ memberId, clientId }) => ({ memberId, clientId })),
      }));
    },
    deleteGroups: async (groups) => {
      await use((a) => a.deleteGroups(groups.map((g) => naming.physical(g))));
    },
    topicOffsets,
    groupOffsets,
    groupLag: async (group, topics) => {
      const committed = await groupOffsets(group, topics);
      const ends = await Promise.all(
        topics.map(async (topic) => ({ topic, partitions: await topicOffsets(topic) })),
      );
      return ends
        .flatMap(({ topic, partitions }) => partitions.map((p) => ({ topic, ...p })))
        .reduce((sum, { topic, partition, low, high }) => {
          const at = committed.find((c) => c.topic === topic && c.partition === partition);
          return sum + Number(BigInt(high) - BigInt(at?.offset ?? low));
        }, 0);
    },
    describeTopicConfig: async (topic) => {
      const { resources } = await use((a) =>
        a.describeConfigs({
          includeSynonyms: false,
          resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: naming.physical(topic) }],
        }),
      );
      const entries = resources.flatMap(({ configEntries }) => configEntries);
      return Object.fromEntries(entries.map((e) => [e.configName, e.configValue]));
    },
    deleteTopics: async (topics) => {
      await use((a) => a.deleteTopics({ topics: topics.map((t) => naming.physical(t)) }));
    },
    readTopic: (topic, onMessage) =>
      readRange(parts, admin, [{ topic, from: [] }], async (message) => {
        await onMessage(message);
        return false;
      }),
    findRecord: async (starts, isWanted) => {
      let found: InMessage | undefined;
      await readRange(parts, admin, starts, (message) => {
        found ??= isWanted(message) ? message : undefined;
        return found !== undefined;
      });
      return found;
    },
    ensureTopics: (defs) =>
      patiently(parts.log, async () => {
        const existing = new Set(await use((a) => a.listTopics()));
        const missing = defs.filter(({ name }) => !existing.has(naming.physical(name)));
        if (missing.length > 0) {
          await use((a) => createTopics(a, parts, missing));
        }
        const present = defs.filter((def) => !missing.includes(def));
        await use((a) => bringUpToDate(a, parts, present));
        await use((a) =>
          untilLed(
            a,
            defs.map(({ name }) => naming.physical(name)),
            missing.length > 0,
          ),
        );
      }),
  };
  return admin;
}

async function createTopics(
  admin: Admin,
  parts: AdminParts,
  defs: readonly TopicDef[],
): Promise<void> {
  try {
    await admin.createTopics({
      waitForLeaders: true,
      topics: defs.map(({ name, partitions, config }) => ({
        topic: parts.naming.physical(name),
        numPartitions: partitions,
        replicationFactor: parts.replicationFactor,
        configEntries: entriesOf(config ?? {}),
      })),
    });
  } catch (error) {
    // Another service made one of them first: the next round looks again at what is missing.
    const existing = new Set(await admin.listTopics());
    if (!defs.every(({ name }) => existing.has(parts.naming.physical(name)))) {
      throw error;
    }
  }
}

/**
 * A topic from before keeps its partitions, whose keys would move, and takes today's configuration: a
 * retention that was shortened holds for what an earlier version has made as well.
 */
async function bringUpToDate(
  admin: Admin,
  { naming, log }: AdminParts,
  defs: readonly TopicDef[],
): Promise<void> {
  const configured = defs.filter(({ config = {} }) => Object.keys(config).length > 0);
  const found = await ownConfigs(
    admin,
    configured.map(({ name }) => naming.physical(name)),
  );
  const stale = configured.filter(({ name, config = {} }) => {
    const own = found.get(naming.physical(name));
    return Object.entries(config).some(([key, value]) => own?.[key] !== value);
  });
  if (stale.length === 0) {
    return;
  }
  await admin.alterConfigs({
    validateOnly: false,
    resources: stale.map(({ name, config = {} }) => ({
      type: kafkajs.ConfigResourceTypes.TOPIC,
      name: naming.physical(name),
      // The broker forgets whatever is not said again, and some of it may be an operator's.
      configEntries: entriesOf({ ...found.get(naming.physical(name)), ...config }),
    })),
  });
  log.info({ topics: stale.map(({ name }) => name) }, 'topics take a new configuration');
}

/** What was set for these topics themselves; the broker's defaults are not among it. */
async function ownConfigs(
  admin: Admin,
  topics: readonly string[],
): Promise<Map<string, Record<string, string>>> {
  if (topics.length === 0) {
    return new Map();
  }
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: topics.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name })),
  });
  return new Map(
    resources.map(({ resourceName, configEntries }) => [
      resourceName,
      Object.fromEntries(
        configEntries
          .filter(({ configSource }) => configSource === kafkajs.ConfigSource.TOPIC_CONFIG)
          .map(({ configName, configValue }) => [configName, configValue]),
      ),
    ]),
  );
}

const entriesOf = (config: Readonly<Record<string, string>>) =>
  Object.entries(config).map(([name, value]) => ({ name, value }));

/**
 * A topic exists a moment before its partitions have leaders, and on a busy broker the leader knows
 * of its office later still: only a partition that tells its offsets takes records.
 */
async function untilLed(admin: Admin, topics: readonly string[], isNew: boolean): Promise<void> {
  const { topics: found } = await admin.fetchTopicMetadata({ topics: [...topics] });
  if (found.some(({ partitions }) => partitions.some(({ leader }) => leader < 0))) {
    throw new AppError('upstream.unavailable', 'a topic has no leader yet');
  }
  for (const topic of isNew ? topics : []) {
    await admin.fetchTopicOffsets(topic);
  }
}
