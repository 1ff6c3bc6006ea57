import { TOPICS } from '@tokometrics/contracts';
import { createShopProjection } from '@tokometrics/erasure';
import {
  createClock,
  createHttp,
  createKafka,
  createMetrics,
  createMongo,
  createOps,
  createPassportVerifier,
  createUlid,
  createVault,
  assertClockAllowed,
  Lifecycle,
} from '@tokometrics/kit';
import type { Clock, Kafka, Lifecycled, Logger, Metrics, Route, Vault } from '@tokometrics/kit';
import { createCanaryTaker } from './adapters/canary-taker.ts';
import { createHoldingsCounter } from './adapters/holdings-counter.ts';
import { createHttpsListener } from './adapters/https-listener.ts';
import { createKafkaFences, liveFenceGroups } from './adapters/kafka-fences.ts';
import { createKafkaOutputs } from './adapters/kafka-outputs.ts';
import { createMongoAcks } from './adapters/mongo-acks.ts';
import { createMongoCanaries } from './adapters/mongo-canaries.ts';
import { createMongoFences } from './adapters/mongo-fences.ts';
import { createMongoLedger } from './adapters/mongo-ledger.ts';
import { createMongoRequests } from './adapters/mongo-requests.ts';
import { createSagaRunner } from './adapters/saga-runner.ts';
import { createServiceKeys } from './adapters/service-keys.ts';
import { createSweeps } from './adapters/sweeps.ts';
import { createVaultShredder } from './adapters/vault-shredder.ts';
import { createVaultSigner } from './adapters/vault-signer.ts';
import { createVaultTokens } from './adapters/vault-tokens.ts';
import { createVerification } from './adapters/verification.ts';
import type { Config } from './config.ts';
import { createChainCheck } from './domain/ledger-chain.ts';
import { eraseAgain } from './domain/erase-again.ts';
import { isAuthorizationShared } from './domain/shared-authorization.ts';
import { dpoRoutes } from './http/dpo-routes.ts';
import { routes } from './http/routes.ts';
import { createConsumers } from './messaging/consumers.ts';

const SERVICE = 'privacy';

export function compose(config: Config, log: Logger): Lifecycle {
  const clock = createClock(config.CLOCK_AT);
  if (config.CLOCK_AT !== undefined) {
    assertClockAllowed([config.KAFKA_BROKERS, config.MONGO_URL, config.VAULT_ADDR]);
  }
  const metrics = createMetrics({ service: SERVICE });
  const shared = createShared(config, { clock, metrics, log });
  const { kafka, admin, mongo, vault, producer, shops } = shared;
  const now = (): string => clock.now().toISOString();
  const newId = (): string => createUlid(clock);

  const requests = createMongoRequests(mongo);
  const acks = createMongoAcks(mongo);
  const fences = createMongoFences(mongo);
  const canaries = createMongoCanaries(mongo);
  const signer = createVaultSigner(vault, clock);
  const ledger = createMongoLedger({ mongo, clock, log, sign: signer.sign });
  const tokens = createVaultTokens(vault);
  const takeCanary = createCanaryTaker({
    canaries,
    transit: vault.transit,
    subjectRef: signer.subjectRef,
    now,
  });
  const shred = createVaultShredder({ vault, canariesOf: canaries.ofShop, takeCanary, now });
  const verification = createVerification(config, { clock, admin, log });
  const { verifier } = verification;
  const outputs = createKafkaOutputs({ producer, newId, now, log });
  const fenceOutbox = createKafkaFences({ producer, fences, now });
  const closed = new Set<string>();
  const isClosed = (shopKey: string, epoch: number): boolean =>
    closed.has(`${shopKey}:${String(epoch)}`);

  const runner = createSagaRunner({
    requests,
    log,
    onChange: outputs.notice,
    effects: {
      now,
      append: ledger.append,
      subjectRef: signer.subjectRef,
      writeFence: async (state) => {
        closed.add(`${state.shopKey}:${String(state.throughEpoch)}`);
        await fenceOutbox.writeFence(state);
      },
      repeatFence: fenceOutbox.repeatFence,
      isAuthorizationShared: (state) => isAuthorizationShared(shops.all(), state, isClosed),
      destroyTokens: tokens.destroy,
      acks: acks.list,
      liveFenceGroups: () => liveFenceGroups(admin),
      topicEnds: verification.topicEnds,
      countStores: verifier.count,
      sendCommands: outputs.sendCommands,
      shred: ({ shopKey, throughEpoch }) => shred(shopKey, throughEpoch),
      verify: verifier.verify,
      notify: outputs.mailReceipt,
    },
  });
  const checkLedger = async () => {
    const check = createChainCheck(await signer.publicKeys());
    await ledger.read(check.add);
    return check.result();
  };
  const sweeps = createSweeps({
    verifier,
    checkLedger,
    signPending: ledger.signPending,
    publishPending: fenceOutbox.publishPending,
    listFences: () => fences.list(),
    eraseAgain: (scope) =>
      eraseAgain(
        {
          listOfShop: requests.listOfShop,
          openOnce: requests.openOnce,
          kick: (requestId) => {
            runner.kick(requestId);
          },
          newId,
          now: () => clock.now(),
        },
        scope,
      ),
    metrics,
    log,
    everyMs: config.SWEEP_SECONDS * 1_000,
  });
  const countHoldings = createHoldingsCounter({
    verifier,
    databaseOf: verification.databaseOf,
    shopsOf: (merchantId) => [...shops.all()].filter((shop) => shop.merchantId === merchantId),
    isFenced: ({ shopKey, epoch }) => isClosed(shopKey, epoch),
    now,
  });
  const serviceKeys = createServiceKeys(vault, clock);
  const refused = metrics.counter({
    name: 'acks_refused_total',
    help: 'Acks not signed by the owner',
  });
  const consumers = createConsumers(kafka, {
    takeCanary,
    publicKeysOf: serviceKeys,
    keep: acks.keep,
    kick: (requestId) => {
      runner.kick(requestId);
    },
    countRefused: () => {
      refused.inc();
    },
    now,
    log,
  });
  const prepare = step('privacy stores', async () => {
    await requests.ensureIndexes();
    await kafka.ensureTopics(TOPICS);
    for (const { scope, erasedThroughEpoch } of await fences.list()) {
      closed.add(`${scope.replace('shop:', '')}:${String(erasedThroughEpoch)}`);
    }
    // Without Vault the service still starts: fences and refusals need no key.
    await signer.ensureKeys().catch((error: unknown) => {
      log.warn({ err: error }, 'signing keys cannot be looked at yet');
    });
  });

  const work = new Lifecycle([
    mongo,
    verification.lifecycle,
    vault,
    prepare,
    producer,
    shops,
    runner,
    sweeps,
    ...consumers,
  ]);
  const listeners = createListeners(config, { clock, metrics, log }, work, {
    routes: routes({
      disconnect: {
        findShop: (shopKey) => shops.find(shopKey),
        openOnce: requests.openOnce,
        driveUntil: (...args) => runner.driveUntil(...args),
        newId,
        now: () => clock.now(),
      },
      requests: { listOf: requests.listOf },
      holdings: { count: countHoldings },
      keys: { publicKeys: signer.publicKeys },
    }),
    dpoRoutes: dpoRoutes({
      listAll: requests.listAll,
      readLedger: ledger.read,
      checkLedger,
      publicKeys: signer.publicKeys,
    }),
  });
  const ops = createOps({
    host: config.HOST,
    port: config.OPS_PORT,
    metrics,
    checks: {
      ready: async () => work.isStarted() && (await mongo.ping()),
      started: () => work.isStarted(),
    },
  });
  return new Lifecycle([ops, work, ...listeners]);
}

interface Common {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** Connections to the engines, as the service's own principals. */
function createShared(config: Config, { clock, metrics, log }: Common) {
  const kafka: Kafka = createKafka({
    brokers: config.KAFKA_BROKERS,
    clientId: `${SERVICE}-${config.INSTANCE_ID}`,
    topicPrefix: config.KAFKA_TOPIC_PREFIX,
    log,
    metrics,
  });
  const vault: Vault = createVault({
    address: config.VAULT_ADDR,
    roleId: config.VAULT_ROLE_ID,
    secretId: config.VAULT_SECRET_ID,
    kvMount: config.VAULT_KV_MOUNT,
    transitMount: config.VAULT_TRANSIT_MOUNT,
    log,
    clock,
  });
  return {
    kafka,
    admin: kafka.admin(),
    vault,
    mongo: createMongo({
      url: config.MONGO_URL,
      database: config.MONGO_DATABASE ?? SERVICE,
      log,
    }),
    producer: kafka.producer(),
    shops: createShopProjection(kafka, `${SERVICE}-shops-${config.INSTANCE_ID}`, log),
  };
}

function step(name: string, start: () => Promise<void>): Lifecycled {
  return { name, start, stop: () => Promise.resolve() };
}

interface Served {
  readonly routes: Route[];
  readonly dpoRoutes: Route[];
}

/** The API for the gateway, and the listener that lets in certificate holders alone. */
function createListeners(
  config: Config,
  common: Common,
  work: Lifecycle,
  served: Served,
): Lifecycled[] {
  const { log, clock } = common;
  const shared = { ...common, host: config.HOST, ready: () => work.isStarted() };
  const http = createHttp({
    ...shared,
    name: SERVICE,
    port: config.PORT,
    passports: createPassportVerifier({
      jwksUrl: `${config.IDENTITY_URL}/v1/passport-keys`,
      audience: SERVICE,
      clock,
      log,
    }),
    routes: served.routes,
  });
  // Only its app is used: the listener below puts TLS before it.
  const dpo = createHttp({ ...shared, name: 'privacy dpo', port: 0, routes: served.dpoRoutes });
  const dpoListener = createHttpsListener({
    name: 'dpo',
    host: config.HOST,
    port: config.DPO_PORT,
    certFile: config.DPO_TLS_CERT,
    keyFile: config.DPO_TLS_KEY,
    caFile: config.DPO_TLS_CA,
    handler: dpo.app,
    log,
  });
  return [http, dpoListener];
}
