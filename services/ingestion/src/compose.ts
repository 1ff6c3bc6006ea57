import { TOPICS } from '@tokometrics/contracts';
import {
  createFences,
  createReplayTools,
  createSealer,
  createShopProjection,
  parkBodyBy,
  parseReplay,
  registerErasers,
  topicsOfGroup,
} from '@tokometrics/erasure';
import type { Eraser, Fences } from '@tokometrics/erasure';
import {
  createClock,
  createKafka,
  createMetrics,
  createMongo,
  createOps,
  createVault,
  Lifecycle,
} from '@tokometrics/kit';
import type { Clock, Job, Logger, Metrics } from '@tokometrics/kit';
import { createValidators } from './adapters/ajv-validators.ts';
import { createMongoArchive } from './adapters/mongo-archive.ts';
import { createMongoHeads } from './adapters/mongo-heads.ts';
import { createMongoShopStates } from './adapters/mongo-shop-state.ts';
import { createZones } from './adapters/shop-zones.ts';
import type { Config } from './config.ts';
import { retentionCut } from './domain/retention.ts';
import { createConsumers, GROUPS } from './messaging/consumers.ts';
import type { TopicCounts } from './domain/fates.ts';
import type { Scope } from './messaging/store-chunk.ts';

const SERVICE = 'ingestion';

export function compose(config: Config, log: Logger): Lifecycle {
  const clock = createClock(config.CLOCK_AT);
  const metrics = createMetrics({ service: SERVICE });
  const { kafka, mongo, vault } = createEngines(config, log, metrics, clock);
  const producer = kafka.producer({ compression: 'zstd' });
  const archive = createMongoArchive(mongo);
  const heads = createMongoHeads(mongo);
  const states = createMongoShopStates(mongo);
  const shops = createShopProjection(kafka, `${SERVICE}-shops-${config.INSTANCE_ID}`, log);
  const zones = createZones(shops, states);
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
    revOf: (shopKey, epoch) => zones.revOf(shopKey, epoch),
    validators: createValidators(),
    cutoff: () => retentionCut(clock.now()),
    readHeads: (ids) => heads.read(ids),
    writeHeads: (changed) => heads.write(changed),
    archive: (events) => archive.store(events),
    publish: (batch) => producer.send(batch),
    guardedChunk: (scopes, write) => guardChunk(fences, { archive, heads }, scopes, write),
    count: counterOf(metrics),
    parkBody: parkBodyBy(sealer),
    liveRows: config.LIVE_CHUNK_ROWS,
    backfillRows: config.BACKFILL_CHUNK_ROWS,
  });
  const topics = {
    name: 'topics',
    start: () => kafka.ensureTopics(TOPICS),
    stop: () => Promise.resolve(),
  };
  const work = new Lifecycle([
    mongo,
    vault,
    topics,
    producer,
    shops,
    fences,
    erasers,
    ...consumers,
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

/** Sends again what was parked; the same program, so that it has what the service has. */
export function composeReplay(config: Config, log: Logger, args: readonly string[]): Job {
  const request = parseReplay(args);
  if (request.kind === 'dead-letters') {
    topicsOfGroup(GROUPS, request.group);
  }
  const clock = createClock(config.CLOCK_AT);
  const { kafka, vault } = createEngines(config, log, createMetrics({ service: SERVICE }), clock);
  const tools = createReplayTools({
    ...{ kafka, vault, clock, log, groups: GROUPS },
    service: SERVICE,
    instanceId: config.INSTANCE_ID,
    say: (line) => process.stdout.write(`${line}\n`),
  });
  return {
    lifecycle: new Lifecycle(tools.parts),
    work: (signal) => tools.redrive(request, signal),
  };
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
