import { TOPIC, TOPICS } from '@tokometrics/contracts';
import type { Resource, ShopKey } from '@tokometrics/contracts';
import {
  createFences,
  createReplayTools,
  createSealer,
  createShopProjection,
  openEpoch,
  parkBodyBy,
  parseReplay,
  registerErasers,
  shopIsFenced,
  topicsOfGroup,
} from '@tokometrics/erasure';
import type { Eraser, Fences, ReplayTools } from '@tokometrics/erasure';
import {
  createClock,
  createKafka,
  createMetrics,
  createMongo,
  createOps,
  createPeriodic,
  createUlid,
  createVault,
  Lifecycle,
} from '@tokometrics/kit';
import type { Clock, Job, Kafka, Lifecycled, Logger, Metrics, Mongo } from '@tokometrics/kit';
import { createValidators } from './adapters/ajv-validators.ts';
import { createMongoArchive } from './adapters/mongo-archive.ts';
import { createMongoHeads } from './adapters/mongo-heads.ts';
import { createMongoShopStates } from './adapters/mongo-shop-state.ts';
import { createMongoUsage } from './adapters/mongo-usage.ts';
import { createZones } from './adapters/shop-zones.ts';
import type { Config } from './config.ts';
import { createProgress, summaryOf } from './domain/rebuild-lines.ts';
import { rebuild } from './domain/rebuild.ts';
import { retentionCut } from './domain/retention.ts';
import { createConsumers, GROUPS } from './messaging/consumers.ts';
import type { PrepareDeps } from './messaging/prepare-chunk.ts';
import { countRejectedUsage, storeUsage } from './messaging/store-usage.ts';
import type { UsageDeps } from './messaging/store-usage.ts';
import { rebuildFacts } from './messaging/rebuild-facts.ts';
import type { TopicCounts } from './domain/fates.ts';
import type { Scope } from './messaging/store-chunk.ts';

const SERVICE = 'ingestion';
/** Not while a start is busy with other things. */
const FIRST_SWEEP_MS = 600_000;
const USAGE_BYTES = 1024 * 1024;

export function compose(config: Config, log: Logger): Lifecycle {
  const clock = createClock(config.CLOCK_AT);
  const metrics = createMetrics({ service: SERVICE });
  const { kafka, mongo, vault } = createEngines(config, log, metrics, clock);
  const producer = kafka.producer({ compression: 'zstd' });
  const archive = createMongoArchive(mongo);
  const heads = createMongoHeads(mongo);
  const states = createMongoShopStates(mongo);
  const usage = createMongoUsage(mongo, vault.transit);
  const count = counterOf(metrics);
  const shops = createShopProjection(kafka, `${SERVICE}-shops-${config.INSTANCE_ID}`, log);
  const zones = createZones({
    ...{ shops, states },
    guardedChunk: (...chunk) => fences.guardedChunk(...chunk),
  });
  const own = {
    kafka,
    producer,
    vault,
    service: SERVICE,
    instanceId: config.INSTANCE_ID,
    clock,
    log,
  };
  const fences = createFences({
    ...own,
    onFence: (scope) => {
      zones.forget(scope);
      return Promise.resolve();
    },
  });
  const sealer = createSealer({ vault, clock, fences });
  const erasers = registerErasers({ ...own, erasers: erasersOf({ archive, heads, states }) });
  const consumers = createConsumers(kafka, {
    isFenced: (shopKey, epoch) => fences.isFenced(shopKey, epoch),
    open: (context, body) => sealer.open(context, body),
    zoneOf: (shopKey, epoch) => zones.zoneOf(shopKey, epoch),
    revsOf: (scopes) => states.revs(scopes),
    validators: createValidators(),
    cutoff: cutBy(clock),
    readHeads: (ids) => heads.read(ids),
    writeHeads: (changed) => heads.write(changed),
    archive: (events) => archive.store(events),
    publish: (batch) => producer.send(batch),
    guardedChunk: (scopes, write) => guardChunk(fences, { archive, heads }, scopes, write),
    count,
    countUnknown: unknownCounterOf(metrics),
    parkBody: parkBodyBy(sealer),
    liveRows: config.LIVE_CHUNK_ROWS,
    backfillRows: config.BACKFILL_CHUNK_ROWS,
  });
  const topics = step('topics', () => kafka.ensureTopics(TOPICS));
  const indexes = step('indexes', async () => {
    await archive.prepare();
    await heads.prepare();
    await usage.prepare();
  });
  const work = new Lifecycle([
    mongo,
    vault,
    indexes,
    topics,
    producer,
    shops,
    fences,
    erasers,
    ...consumers,
    usageConsumer(kafka, { ...usage, count }, config),
    createRetention({ archive, heads, usage }, { config, clock, metrics, log }),
  ]);
  const ops = createOps({
    host: config.HOST,
    port: config.OPS_PORT,
    metrics,
    checks: {
      ready: {
        started: () => work.isStarted(),
        kafka: () => fences.healthy(),
        mongo: () => mongo.ping(),
        vault: () => vault.ping(),
      },
      started: () => work.isStarted(),
    },
  });
  return new Lifecycle([ops, work]);
}

function step(name: string, start: () => Promise<void>): Lifecycled {
  return { name, start, stop: () => Promise.resolve() };
}

/** First day that is kept, in the zone of the shop: live records and a rebuild are cut alike. */
const cutBy =
  (clock: Clock): PrepareDeps['cutoff'] =>
  (zone) =>
    retentionCut(clock.now(), zone);

/** Its own group: nothing of a shop waits for it. */
function usageConsumer(kafka: Kafka, deps: UsageDeps, config: Config): Lifecycled {
  return kafka.batchConsumer({
    group: 'ingestion-usage',
    topics: [TOPIC.usage],
    maxRows: config.LIVE_CHUNK_ROWS,
    maxBytes: USAGE_BYTES,
    lingerMs: 200,
    // Of no shop, so there is no key to seal what is parked: its headers and length are kept.
    parkBody: () => Promise.resolve(undefined),
    onChunk: (messages) => storeUsage(deps, messages),
    onRejected: (rejected) => countRejectedUsage(deps, rejected),
  });
}

interface Retained extends Pick<Stores, 'archive' | 'heads'> {
  readonly usage: ReturnType<typeof createMongoUsage>;
}

interface Around {
  readonly config: Config;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** Two years for what is of a shop, 90 days for the log of use: what is older is removed. */
function createRetention(
  { archive, heads, usage }: Retained,
  { config, clock, metrics, log }: Around,
): Lifecycled {
  const expired = metrics.counter({
    name: 'expired_removed_total',
    help: 'Documents removed because they were past their time, by collection',
    labels: ['collection'],
  });
  const everyMs = config.SWEEP_SECONDS * 1_000;
  return createPeriodic({
    ...{ name: 'retention', everyMs, firstMs: Math.min(everyMs, FIRST_SWEEP_MS), log },
    run: async (signal) => {
      const now = clock.now();
      expired.inc({ collection: 'raw_events' }, await archive.removeExpired(now, signal));
      expired.inc({ collection: 'usage_pages' }, await usage.removeExpired(now, signal));
      expired.inc({ collection: 'entity_heads' }, await heads.removeExpired(now, signal));
    },
    whenFailed: 'expired documents could not be removed; it is tried again by itself',
  });
}

/** Sends again what was parked; the same program, so that it has what the service has. */
export function composeReplay(config: Config, log: Logger, args: readonly string[]): Job {
  const request = parseReplay(args);
  if (request.kind === 'dead-letters') {
    topicsOfGroup(GROUPS, request.group);
  }
  const clock = createClock(config.CLOCK_AT);
  const metrics = createMetrics({ service: SERVICE });
  const { kafka, mongo, vault } = createEngines(config, log, metrics, clock);
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const tools = createReplayTools({
    ...{ kafka, vault, clock, log, say, groups: GROUPS },
    service: SERVICE,
    instanceId: config.INSTANCE_ID,
  });
  return {
    lifecycle: new Lifecycle(request.kind === 'rebuild' ? [mongo, ...tools.parts] : tools.parts),
    work: async (signal) => {
      if (request.kind === 'dead-letters') {
        await tools.redrive(request, signal);
      } else {
        await rebuildShop({ mongo, tools, clock, say, signal }, request.shopKey);
      }
    },
  };
}

interface RebuildParts {
  readonly mongo: Mongo;
  readonly tools: ReplayTools;
  readonly clock: Clock;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

async function rebuildShop(parts: RebuildParts, shopKey: ShopKey): Promise<void> {
  const { mongo, tools, clock, say, signal } = parts;
  const { fences, sealer, shops, producer } = tools;
  const archive = createMongoArchive(mongo);
  const states = createMongoShopStates(mongo);
  const scope = { shopKey, epoch: openEpoch(shops, fences, shopKey) };
  const guarded = async <T>(write: () => Promise<T>): Promise<T> => {
    const written = await fences.guardedWrite(scope.shopKey, scope.epoch, write);
    if (written.kind === 'fenced') {
      throw shopIsFenced();
    }
    return written.value;
  };
  const zone = (await states.find(shopKey, scope.epoch))?.zone;
  const prepare: PrepareDeps = {
    isFenced: (key, epoch) => fences.isFenced(key, epoch),
    open: (context, body) => sealer.open(context, body),
    zoneOf: () => Promise.resolve(zone),
    validators: createValidators(),
    cutoff: cutBy(clock),
  };
  const result = await rebuild({
    find: async () => {
      const state = await states.find(shopKey, scope.epoch);
      return state && { rev: state.rev, rebuilding: state.rebuilding };
    },
    replace: (found, next) => guarded(() => states.replace(scope, found, next)),
    countArchived: () => archive.count(shopKey, scope.epoch),
    readRange: (range) => archive.readRange(shopKey, scope.epoch, range),
    send: async (events, rev) => {
      const { facts, counts } = await rebuildFacts(prepare, events, rev);
      await guarded(() => producer.send(facts));
      return counts;
    },
    now: () => clock.now(),
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    onProgress: createProgress(() => clock.monotonicMs(), say),
    owner: createUlid(clock),
    signal,
  });
  summaryOf(result).forEach(say);
}

function createEngines(config: Config, log: Logger, metrics: Metrics, clock: Clock) {
  return {
    kafka: createKafka({
      brokers: config.KAFKA_BROKERS,
      clientId: `${SERVICE}-${config.INSTANCE_ID}`,
      topicPrefix: config.KAFKA_TOPIC_PREFIX,
      ...{ log, metrics },
    }),
    mongo: createMongo({
      url: config.MONGO_URL,
      database: config.MONGO_DATABASE ?? SERVICE,
      log,
    }),
    vault: createVault({
      address: config.VAULT_ADDR,
      roleId: config.VAULT_ROLE_ID,
      secretId: config.VAULT_SECRET_ID,
      kvMount: config.VAULT_KV_MOUNT,
      transitMount: config.VAULT_TRANSIT_MOUNT,
      ...{ log, clock },
    }),
  };
}

interface Stores {
  readonly archive: ReturnType<typeof createMongoArchive>;
  readonly heads: ReturnType<typeof createMongoHeads>;
  readonly states: ReturnType<typeof createMongoShopStates>;
}

function erasersOf({ archive, heads, states }: Stores): Eraser[] {
  return [
    { storeId: 'ingestion.raw_events', erase: (s) => archive.erase(s.shopKey, s.throughEpoch) },
    { storeId: 'ingestion.entity_heads', erase: (s) => heads.erase(s.shopKey, s.throughEpoch) },
    { storeId: 'ingestion.shop_state', erase: (s) => states.erase(s.shopKey, s.throughEpoch) },
  ];
}

async function guardChunk(
  fences: Fences,
  stores: Pick<Stores, 'archive' | 'heads'>,
  scopes: readonly Scope[],
  write: (open: readonly Scope[]) => Promise<void>,
): Promise<{ readonly fenced: readonly Scope[] }> {
  return fences.guardedChunk(scopes, write, {
    undo: async (closed) => {
      for (const { shopKey, epoch } of closed) {
        await stores.archive.erase(shopKey, epoch);
        await stores.heads.erase(shopKey, epoch);
      }
    },
  });
}

function unknownCounterOf(metrics: Metrics): (resource: Resource, field: string) => void {
  const unknown = metrics.counter({
    name: 'unknown_values_total',
    help: 'Facts sent with a value that TikTok Shop does not document, by field; it is kept as text',
    labels: ['resource', 'field'],
  });
  return (resource, field) => {
    unknown.inc({ resource, field });
  };
}

function counterOf(metrics: Metrics): (counts: readonly TopicCounts[]) => void {
  const records = metrics.counter({
    name: 'records_total',
    help: 'Records by what became of them; those consumed are the sum of all others',
    labels: ['outcome', 'topic'],
  });
  return (counts) => {
    for (const { topic, consumed, byFate } of counts) {
      records.inc({ outcome: 'consumed', topic }, consumed);
      byFate.forEach((count, outcome) => {
        records.inc({ outcome, topic }, count);
      });
    }
  };
}
