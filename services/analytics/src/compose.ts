import { fileURLToPath } from 'node:url';
import { shopKey as shopKeySchema, shopOfScope, TOPIC, TOPICS } from '@tokometrics/contracts';
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
  createClickhouse,
  createClock,
  createHttp,
  createKafka,
  createMetrics,
  createMongo,
  createOps,
  createPassportVerifier,
  createVault,
  Lifecycle,
  migrateClickhouse,
  sha256Hex,
} from '@tokometrics/kit';
import type { Clock, Job, Kafka, Lifecycled, Logger, Metrics } from '@tokometrics/kit';
import { after } from './adapters/after.ts';
import { attemptPart } from './adapters/attempt-part.ts';
import { createAuditTimer } from './adapters/audit-timer.ts';
import { createClickhouseAudit } from './adapters/clickhouse-audit.ts';
import { doubtfulChunksOf } from './adapters/clickhouse-chunk-audit.ts';
import { createClickhouseErasers } from './adapters/clickhouse-erasers.ts';
import { arrivedOf, openGapsOf } from './adapters/clickhouse-gaps.ts';
import { createClickhouseReads } from './adapters/clickhouse-reads.ts';
import { createReroll } from './adapters/clickhouse-reroll.ts';
import { createClickhouseSink } from './adapters/clickhouse-sink.ts';
import { createClickhouseUsage } from './adapters/clickhouse-usage.ts';
import { createFactValidators } from './adapters/fact-validators.ts';
import {
  countReads,
  countRecords,
  observePasses,
  reportAudits,
  showAudits,
} from './adapters/metrics.ts';
import { createMongoAudits } from './adapters/mongo-audits.ts';
import { createMongoCompleteness } from './adapters/mongo-completeness.ts';
import type { Config } from './config.ts';
import { createCursors } from './domain/cursor.ts';
import { rememberFigures } from './domain/figure-memo.ts';
import { createNoticeBoard } from './domain/notice-board.ts';
import type { NoticeBoard } from './domain/notice-board.ts';
import { createPassQueue } from './domain/pass-queue.ts';
import type { Scope } from './domain/read-fact.ts';
import { readKnown } from './domain/read-known.ts';
import { firstWholeDay, takenFrom } from './domain/retention.ts';
import { routes } from './http/routes.ts';
import { completeRanges } from './messaging/complete-ranges.ts';
import { BACKFILL_PATIENCE, createConsumers, GROUPS } from './messaging/consumers.ts';
import type { ConsumerDeps } from './messaging/consumers.ts';
import { guardChunk } from './messaging/guard-chunk.ts';
import { guardPass } from './messaging/guard-pass.ts';
import { raise } from './messaging/store-chunk.ts';
import { countRejectedUsage, storeUsage } from './messaging/store-usage.ts';
import type { UsageDeps } from './messaging/store-usage.ts';
import { publishNotices } from './messaging/publish-notices.ts';

const SERVICE = 'analytics';
const MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url));

export function compose(config: Config, log: Logger): Lifecycle {
  const clock = createClock(config.CLOCK_AT);
  const metrics = createMetrics({ service: SERVICE });
  const engines = createEngines(config, log, metrics, clock);
  const { kafka, mongo, clickhouse, vault, producer } = engines;
  const shops = createShopProjection(kafka, `${SERVICE}-shops-${config.INSTANCE_ID}`, log);
  const own = {
    ...{ kafka, producer, vault, clock, log },
    service: SERVICE,
    instanceId: config.INSTANCE_ID,
  };
  const reads = createClickhouseReads(clickhouse);
  const figures = rememberFigures(reads, {
    after: (ms, act) => {
      setTimeout(act, ms).unref();
    },
    random: Math.random,
    onRead: countReads(metrics),
  });
  const fences = createFences({
    ...own,
    // Chunks in hand are tracked by the fences themselves; this is all that is held beside them.
    onFence: (scope) => {
      figures.forget(shopOfScope(scope) ?? '');
      return Promise.resolve();
    },
  });
  const sealer = createSealer({ vault, clock, fences });
  const completeness = createMongoCompleteness(mongo);
  const erasers: Eraser[] = [
    ...createClickhouseErasers(clickhouse),
    {
      storeId: 'analytics.completeness',
      erase: (s) => completeness.erase(s.shopKey, s.throughEpoch),
    },
  ];
  const board = createNoticeBoard();
  const isFenced = (shopKey: string, epoch: number): boolean => fences.isFenced(shopKey, epoch);
  const count = countRecords(metrics, [...Object.values(GROUPS).flat(), TOPIC.usage]);
  const sinkDeps = sinkOf({ engines, fences, erasers, completeness, board, metrics, count, log });
  const journal = createMongoAudits(mongo);
  const cutoff = (): string => takenFrom(clock.now());
  const consumers = createConsumers(kafka, {
    ...{ isFenced, cutoff },
    validators: createFactValidators(),
    parkBody: parkBodyBy(sealer),
    liveLingerMs: config.LIVE_LINGER_MS,
    backfillLingerMs: config.BACKFILL_LINGER_MS,
    ...sinkDeps,
  });
  const http = createHttp({
    name: SERVICE,
    host: config.HOST,
    port: config.PORT,
    routes: routes({
      findShop: (shopKey) => shops.find(shopKey),
      isFenced,
      known: (shopKey, epoch) =>
        readKnown(
          { completeness: (...of) => completeness.read(...of), openGaps: figures.openGaps, cutoff },
          shopKey,
          epoch,
        ),
      now: () => clock.now(),
      cursors: createCursors(sha256Hex),
      ...reads,
      ...figures,
    }),
    ...{ log, metrics, clock },
    passports: createPassportVerifier({
      jwksUrl: `${config.IDENTITY_URL}/v1/passport-keys`,
      audience: SERVICE,
      ...{ clock, log },
    }),
  });
  const work = new Lifecycle([
    mongo,
    clickhouse,
    engines.patientClickhouse,
    vault,
    step('tables', async () => {
      await migrateClickhouse(clickhouse, MIGRATIONS);
    }),
    step('topics', () => kafka.ensureTopics(TOPICS)),
    producer,
    shops,
    fences,
    registerErasers({ ...own, erasers }),
    publishNotices({ take: () => board.take(), send: (batch) => producer.send(batch), log }),
    ...consumers,
    usageConsumer(kafka, { insert: createClickhouseUsage(clickhouse), count }),
    createAuditTimer(
      {
        ...createClickhouseAudit(engines.patientClickhouse),
        doubtfulChunks: doubtfulChunksOf(engines.patientClickhouse),
        now: () => clock.now(),
        keptFrom: () => firstWholeDay(clock.now()),
        isFenced,
        reroll: (dirty) => sinkDeps.reroll.history(dirty, BACKFILL_PATIENCE.alone),
        raiseRevision: async (scopes) => {
          await raise(sinkDeps, scopes);
        },
        journal,
        attempt: attemptPart(log),
        onReport: reportAudits(metrics, log),
        onLast: showAudits(metrics),
      },
      log,
    ),
    http,
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
        clickhouse: () => clickhouse.ping(),
      },
      started: () => work.isStarted(),
    },
    pages: { '/audit': async () => (await journal.last()) ?? {} },
  });
  return new Lifecycle([ops, work]);
}

/** Its own group, and no hurry: nobody waits for these rows. */
function usageConsumer(kafka: Kafka, deps: UsageDeps): Lifecycled {
  return kafka.batchConsumer({
    ...{ group: 'analytics-usage', topics: [TOPIC.usage], maxRows: 1_000, maxBytes: 1_048_576 },
    lingerMs: 2_000,
    // Of no shop, so there is no key to seal what is parked: its headers and length are kept.
    parkBody: () => Promise.resolve(undefined),
    onChunk: (messages) => storeUsage(deps, messages),
    onRejected: (rejected) => countRejectedUsage(deps, rejected),
  });
}

/** Sends again what was parked; the same program, under a role of Vault that may open it. */
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

function step(name: string, start: () => Promise<void>): Lifecycled {
  return { name, start, stop: () => Promise.resolve() };
}

function createEngines(config: Config, log: Logger, metrics: Metrics, clock: Clock) {
  const kafka = createKafka({
    brokers: config.KAFKA_BROKERS,
    clientId: `${SERVICE}-${config.INSTANCE_ID}`,
    topicPrefix: config.KAFKA_TOPIC_PREFIX,
    ...{ log, metrics },
  });
  return {
    clock,
    kafka,
    producer: kafka.producer(),
    mongo: createMongo({
      url: config.MONGO_URL,
      database: config.MONGO_DATABASE ?? SERVICE,
      log,
    }),
    clickhouse: createClickhouse({
      url: config.CLICKHOUSE_URL,
      database: config.CLICKHOUSE_DATABASE,
      log,
    }),
    /** For reads that nobody waits for. */
    patientClickhouse: createClickhouse({
      url: config.CLICKHOUSE_URL,
      database: config.CLICKHOUSE_DATABASE,
      readMs: 60_000,
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

interface SinkParts {
  readonly engines: ReturnType<typeof createEngines>;
  readonly fences: Fences;
  readonly erasers: readonly Eraser[];
  readonly completeness: ReturnType<typeof createMongoCompleteness>;
  readonly board: NoticeBoard;
  readonly metrics: Metrics;
  readonly count: ReturnType<typeof countRecords>;
  readonly log: Logger;
}

type SinkDeps = Pick<
  ConsumerDeps,
  | 'guardedChunk'
  | 'insert'
  | 'reroll'
  | 'raiseRevision'
  | 'openGaps'
  | 'arrived'
  | 'noteChunk'
  | 'complete'
  | 'invalidate'
>;

function sinkOf({
  engines,
  fences,
  erasers,
  completeness,
  board,
  metrics,
  count,
  log,
}: SinkParts): SinkDeps {
  const { clickhouse } = engines;
  const sink = createClickhouseSink(clickhouse);
  const reroll = createReroll({ clickhouse, log, onPass: observePasses(metrics) });
  const monotonicMs = () => engines.clock.monotonicMs();
  const guardedChunk = guardChunk({
    ...{ fences, monotonicMs },
    erase: (closed) => takeBack(erasers, closed),
  });
  return {
    guardedChunk,
    insert: (table, lines) => sink.insert(table, lines),
    reroll: createPassQueue(guardPass(guardedChunk, reroll), { now: monotonicMs, after }),
    raiseRevision: (scopes) => completeness.raiseRevision(scopes),
    openGaps: openGapsOf(clickhouse),
    arrived: arrivedOf(clickhouse),
    noteChunk: async (counts) => {
      await sink.noteChunk(counts);
      count(counts);
    },
    complete: (markers) =>
      completeRanges(
        {
          update: (of, change) => completeness.update(of, change),
          announce: (shopKey, resource, through) => {
            board.watermark(shopKeySchema.parse(shopKey), resource, through);
          },
          historyGrew: (shopKey, resource) => {
            board.invalidate(shopKeySchema.parse(shopKey), [resource], []);
          },
        },
        markers,
      ),
    invalidate: (shopKey, resources, days) => {
      board.invalidate(shopKeySchema.parse(shopKey), resources, days);
    },
  };
}

/** The erasure of these scopes may be over already: what landed since goes at once. */
async function takeBack(erasers: readonly Eraser[], closed: readonly Scope[]): Promise<void> {
  for (const { shopKey, epoch } of closed) {
    const scope = { shopKey: shopKeySchema.parse(shopKey), throughEpoch: epoch };
    for (const eraser of erasers) {
      await eraser.erase(scope);
    }
  }
}
