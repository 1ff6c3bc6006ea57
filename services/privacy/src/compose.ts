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
import type { SagaRunner } from './adapters/saga-runner.ts';
import { createServiceKeys } from './adapters/service-keys.ts';
import { createSweeps } from './adapters/sweeps.ts';
import { createVaultShredder } from './adapters/vault-shredder.ts';
import { createVaultSigner } from './adapters/vault-signer.ts';
import { createVaultTokens } from './adapters/vault-tokens.ts';
import { createVerification } from './adapters/verification.ts';
import type { Config } from './config.ts';
import type { EffectDeps } from './domain/effects.ts';
import { createChainCheck } from './domain/ledger-chain.ts';
import { eraseDeauthorized } from './domain/erase-deauthorized.ts';
import type { EraseDeauthorizedDeps } from './domain/erase-deauthorized.ts';
import { release, releaseHeld } from './domain/release-held.ts';
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
  const common: Common = { clock, metrics, log };
  const shared = createShared(config, common);
  const { kafka, mongo, vault, producer, shops } = shared;
  const stores = createStores(config, common, shared);
  const { requests, fences, ledger, signer, verification } = stores;
  const closed = createClosedScopes();
  const erasures = createErasures(config, common, { shared, stores, closed });
  const { runner, sweeps, checkLedger, newId } = erasures;

  const consumers = createAckConsumers(common, { shared, stores, runner });
  const prepare = step('privacy stores', async () => {
    await requests.ensureIndexes();
    await kafka.ensureTopics(TOPICS);
    for (const { scope, erasedThroughEpoch } of await fences.list()) {
      closed.add(scope.replace('shop:', ''), erasedThroughEpoch);
    }
    // Without Vault the service still starts: fences and refusals need no key.
    await signer.ensureKeys().catch((error: unknown) => {
      log.warn({ err: error }, 'signing keys cannot be looked at yet');
    });
  });
  const work = new Lifecycle([
    ...[mongo, verification.lifecycle, vault, prepare, producer, shops],
    ...[runner, sweeps, ...consumers],
  ]);
  const listeners = createListeners(config, common, work, {
    routes: routes({
      disconnect: {
        findShop: (shopKey) => shops.find(shopKey),
        openOnce: requests.openOnce,
        release: (requestId) => release(erasures.releaseDeps, requestId),
        driveUntil: (...args) => runner.driveUntil(...args),
        newId,
        now: () => clock.now(),
      },
      requests: { listOf: requests.listOf },
      holdings: { count: erasures.countHoldings },
      keys: { publicKeys: signer.publicKeys },
    }),
    dpoRoutes: dpoRoutes({
      releaseHeld: (requestId) =>
        releaseHeld(
          { ...erasures.releaseDeps, findShop: (shopKey) => shops.find(shopKey) },
          requestId,
        ),
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
      ready: { started: () => work.isStarted(), mongo: () => mongo.ping() },
      started: () => work.isStarted(),
    },
  });
  return new Lifecycle([ops, work, ...listeners]);
}

/** Scopes whose fence this process has written or read: what is closed is not counted as live. */
function createClosedScopes() {
  const closed = new Set<string>();
  const keyOf = (shopKey: string, epoch: number): string => `${shopKey}:${String(epoch)}`;
  return {
    add: (shopKey: string, throughEpoch: number): void => {
      closed.add(keyOf(shopKey, throughEpoch));
    },
    has: (shopKey: string, epoch: number): boolean => closed.has(keyOf(shopKey, epoch)),
  };
}

type Shared = ReturnType<typeof createShared>;
type Stores = ReturnType<typeof createStores>;

/** What privacy keeps, signs and looks at. */
function createStores(config: Config, { clock, log }: Common, { mongo, vault, admin }: Shared) {
  const now = (): string => clock.now().toISOString();
  const canaries = createMongoCanaries(mongo);
  const signer = createVaultSigner(vault, clock);
  return {
    requests: createMongoRequests(mongo),
    acks: createMongoAcks(mongo),
    fences: createMongoFences(mongo),
    canaries,
    signer,
    ledger: createMongoLedger({ mongo, clock, log, sign: signer.sign }),
    takeCanary: createCanaryTaker({
      canaries,
      transit: vault.transit,
      subjectRef: signer.subjectRef,
      now,
    }),
    verification: createVerification(config, { clock, admin, log }),
  };
}

interface ErasureParts {
  readonly shared: Shared;
  readonly stores: Stores;
  readonly closed: ReturnType<typeof createClosedScopes>;
}

/** The saga, what drives it unasked, and the counts of what is held. */
function createErasures(config: Config, common: Common, parts: ErasureParts) {
  const { clock, metrics, log } = common;
  const { producer, shops } = parts.shared;
  const { requests, fences, signer, ledger, verification } = parts.stores;
  const { verifier } = verification;
  const now = (): string => clock.now().toISOString();
  const newId = (): string => createUlid(clock);
  const outputs = createKafkaOutputs({ producer, newId, now, log });
  const fenceOutbox = createKafkaFences({ producer, fences, now });
  const effects = effectsOf(parts, { outputs, fenceOutbox, now });
  const runner = createSagaRunner({ requests, log, onChange: outputs.notice, effects });
  const checkLedger = async () => {
    const check = createChainCheck(await signer.publicKeys());
    await ledger.read(check.add, check.addUnreadable);
    return check.result();
  };
  const held = metrics.counter({
    name: 'erasures_held_total',
    help: 'Deauthorizations over the hourly cap; each waits for a person',
  });
  const opening = {
    listOfShop: requests.listOfShop,
    openOnce: requests.openOnce,
    kick: (requestId: string) => {
      runner.kick(requestId);
    },
    newId,
    now: () => clock.now(),
  };
  const deauthorized: EraseDeauthorizedDeps = {
    ...opening,
    listOpen: requests.listOpen,
    listDeauthorizations: requests.listDeauthorizations,
    discardHeld: requests.discardHeld,
    shops: () => shops.all(),
    isClosed: parts.closed.has,
    onHeld: ({ requestId, shopKey }) => {
      held.inc();
      log.error({ requestId, shopKey }, 'too many sellers withdrew at once: held for a person');
    },
  };
  const sweeps = createSweeps({
    verifier,
    checkLedger,
    signPending: ledger.signPending,
    publishPending: fenceOutbox.publishPending,
    listFences: () => fences.list(),
    eraseDeauthorized: () => eraseDeauthorized(deauthorized),
    eraseAgain: (scope) => eraseAgain(opening, scope),
    metrics,
    log,
    everyMs: config.SWEEP_SECONDS * 1_000,
  });
  const countHoldings = createHoldingsCounter({
    verifier,
    databaseOf: verification.databaseOf,
    countOfAccount: verification.countOfAccount,
    shopsOf: (merchantId) => [...shops.all()].filter((shop) => shop.merchantId === merchantId),
    isFenced: ({ shopKey, epoch }) => parts.closed.has(shopKey, epoch),
    now,
  });
  const releaseDeps = { ...opening, load: requests.load, save: requests.save };
  return { runner, sweeps, checkLedger, countHoldings, newId, releaseDeps };
}

interface Outlets {
  readonly outputs: ReturnType<typeof createKafkaOutputs>;
  readonly fenceOutbox: ReturnType<typeof createKafkaFences>;
  readonly now: () => string;
}

function effectsOf(
  { shared: { admin, vault, shops }, stores, closed }: ErasureParts,
  { outputs, fenceOutbox, now }: Outlets,
): EffectDeps {
  const { acks, ledger, signer, canaries, takeCanary, verification } = stores;
  const { verifier } = verification;
  const shred = createVaultShredder({ vault, canariesOf: canaries.ofShop, takeCanary, now });
  return {
    now,
    append: ledger.append,
    subjectRef: signer.subjectRef,
    writeFence: async (state) => {
      closed.add(state.shopKey, state.throughEpoch);
      await fenceOutbox.writeFence(state);
    },
    repeatFence: fenceOutbox.repeatFence,
    isAuthorizationShared: (state) => isAuthorizationShared(shops.all(), state, closed.has),
    destroyTokens: createVaultTokens(vault).destroy,
    acks: acks.list,
    liveFenceGroups: () => liveFenceGroups(admin),
    topicEnds: verification.topicEnds,
    countStores: verifier.count,
    sendCommands: outputs.sendCommands,
    shred: ({ shopKey, throughEpoch }) => shred(shopKey, throughEpoch),
    verify: verifier.verify,
    notify: outputs.mailReceipt,
  };
}

function createAckConsumers(
  { clock, metrics, log }: Common,
  { shared, stores, runner }: Omit<ErasureParts, 'closed'> & { readonly runner: SagaRunner },
): Lifecycled[] {
  const refused = metrics.counter({
    name: 'acks_refused_total',
    help: 'Acks not signed by the owner',
  });
  return createConsumers(shared.kafka, {
    takeCanary: stores.takeCanary,
    publicKeysOf: createServiceKeys(shared.vault, clock),
    keep: stores.acks.keep,
    kick: (requestId) => {
      runner.kick(requestId);
    },
    countRefused: () => {
      refused.inc();
    },
    now: () => clock.now().toISOString(),
    log,
  });
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
