import { randomBytes } from 'node:crypto';
import { shopOfScope, TOPICS } from '@tokometrics/contracts';
import { createFences, createSealer, registerErasers } from '@tokometrics/erasure';
import type { Fences, Sealer, ShopScope } from '@tokometrics/erasure';
import {
  assertClockAllowed,
  createClock,
  createHttp,
  createKafka,
  createMetrics,
  createMongo,
  createOps,
  createPassportVerifier,
  createUlid,
  createVault,
  Lifecycle,
} from '@tokometrics/kit';
import type { HttpServer, Lifecycled, Logger } from '@tokometrics/kit';
import { createLagWatch } from './adapters/consumer-lag.ts';
import { createStores, mongoErasers, tokenEraser } from './adapters/connector-stores.ts';
import { guardedBy } from './adapters/guarded-write.ts';
import type { GuardedWrite } from './adapters/guarded-write.ts';
import type { StoredConnection } from './adapters/mongo-connections.ts';
import { sealRows, sendGuarded } from './adapters/sealed-log.ts';
import { pause } from './adapters/pause.ts';
import { createShopOperations } from './adapters/shop-operations.ts';
import type { ShopOperations } from './adapters/shop-operations.ts';
import { createShopVault, REF_KEY } from './adapters/shop-vault.ts';
import { createTikTokAccess } from './adapters/tiktok/tiktok-access.ts';
import { createSignatureCheck } from './adapters/tiktok/webhook-signature.ts';
import type { Config } from './config.ts';
import { compareScopes } from './domain/compare-scopes.ts';
import type { GrantFacts } from './domain/connect-shop.ts';
import type { Connection } from './domain/connection.ts';
import { noteRenewal } from './domain/note-renewal.ts';
import type { RenewalDeps } from './domain/note-renewal.ts';
import { createPace } from './domain/pace.ts';
import type { PaceSetter } from './domain/pace.ts';
import { createPermissions } from './domain/permissions.ts';
import type { SnapshotSink } from './domain/snapshot-sink.ts';
import { createSyncProgress } from './domain/sync-progress.ts';
import { createRoutes } from './http/routes.ts';
import type { RouteDeps } from './http/routes.ts';
import { createProgressNotices } from './messaging/publish-progress.ts';
import { createNews, stateOf } from './messaging/publish-news.ts';
import { createSnapshotSink } from './messaging/publish-snapshots.ts';
import type { PublishDeps } from './messaging/publish-snapshots.ts';

const SERVICE = 'connector';

export interface Connector {
  readonly lifecycle: Lifecycle;
  readonly http: Pick<HttpServer, 'address'>;
}

function composeEngines(config: Config, log: Logger) {
  if (config.CLOCK_AT !== undefined) {
    assertClockAllowed([config.KAFKA_BROKERS, config.MONGO_URL, config.VAULT_ADDR]);
  }
  const clock = createClock(config.CLOCK_AT);
  const metrics = createMetrics({ service: SERVICE });
  const kafka = createKafka({
    brokers: config.KAFKA_BROKERS,
    clientId: `${SERVICE}-${config.INSTANCE_ID}`,
    topicPrefix: config.KAFKA_TOPIC_PREFIX,
    log,
    metrics,
  });
  const database = config.MONGO_DATABASE ?? SERVICE;
  const vault = createVault({
    address: config.VAULT_ADDR,
    roleId: config.VAULT_ROLE_ID,
    secretId: config.VAULT_SECRET_ID,
    kvMount: config.VAULT_KV_MOUNT,
    transitMount: config.VAULT_TRANSIT_MOUNT,
    log,
    clock,
  });
  // Sealed bodies are as random as bytes can be: no codec makes them smaller.
  const producer = kafka.producer({ compression: 'none' });
  const mongo = createMongo({ url: config.MONGO_URL, database, log, clock });
  const nowS = (): number => Math.floor(clock.now().getTime() / 1000);
  return { config, log, clock, nowS, metrics, kafka, mongo, vault, producer };
}
type Engines = ReturnType<typeof composeEngines>;

function composeCore(engines: Engines, fences: Fences) {
  const { config, log, clock, mongo, vault, producer, metrics } = engines;
  const guarded = guardedBy(fences);
  const instanceId = config.INSTANCE_ID;
  const stores = createStores({ mongo, guarded, clock, instanceId, leaseMs: config.LEASE_MS });
  const sealer = createSealer({ vault, clock, fences });
  const news = createNews({ send: (batch) => producer.send(batch), clock });
  const notices = createProgressNotices({
    send: (shopKey) => news.progress(shopKey),
    monotonicMs: () => clock.monotonicMs(),
  });
  const permissions = createPermissions();
  const onUnknownScopes = scopeAlert(engines);
  const renewal: RenewalDeps = {
    ...{ onUnknownScopes, onPermissions: permissions.note },
    connectionsOfAuthorization: (authKey) => stores.connections.ofAuthorization(authKey),
    change: (connection, change) => stores.connections.change(connection, change),
    onChanged: ({ shopKey }, change) => {
      log.warn({ shopKey, ...change }, 'the permissions of a shop have changed');
      notices.note(shopKey);
    },
  };
  const tiktok = createTikTokAccess({
    config,
    kv: vault.kv,
    random: Math.random,
    refuses: tooWideFor(log),
    onRenewed: ({ authKey }, grant) => noteRenewal(renewal, authKey, grant),
    ...{ clock, instanceId, metrics, log },
  });
  const announce = async (connection: Connection): Promise<void> => {
    await news.lifecycle(connection);
    await stores.connections.change(connection, { announced: stateOf(connection) });
  };
  const shopVault = createShopVault(sealer, vault.transit);
  const progress = createSyncProgress(() => clock.monotonicMs());
  return {
    ...engines,
    ...{ fences, stores, sealer, tiktok, announce, shopVault, progress, notices },
    ...{ permissions, onUnknownScopes },
    pace: composePace(engines),
    settings: {
      pollIntervalMs: config.POLL_INTERVAL_MS,
      financeIntervalMs: config.FINANCE_INTERVAL_MS,
      inventoryIntervalMs: config.INVENTORY_INTERVAL_MS,
      unsettledIntervalMs: config.UNSETTLED_INTERVAL_MS,
      leaseMs: config.LEASE_MS,
      orderPageSize: config.ORDER_PAGE_SIZE,
      pageSize: config.PAGE_SIZE,
      maxPages: config.MAX_PAGES,
    },
    sinkOf: composeSinks(engines, sealer, guarded),
    notify: notices.note,
    isAnnounced: (connection: StoredConnection) => connection.announced === stateOf(connection),
    askForMail: news.mail,
  };
}
type Core = ReturnType<typeof composeCore>;

/** Counted and said without the values: what was granted is the seller's affair, using it is ours. */
function scopeAlert({ metrics, log }: Pick<Engines, 'metrics' | 'log'>): (count: number) => void {
  const unknown = metrics.counter({
    name: 'unknown_scopes_total',
    help: 'Permissions granted that no list of ours knows; none is ever used',
  });
  return (count) => {
    unknown.inc(count);
    log.warn({ count }, 'permissions were granted that no list of ours knows');
  };
}

function composePace({ config, log }: Engines): PaceSetter {
  return createPace(config.LAG_LIMIT_RECORDS, (lane, isBehind, records) => {
    if (isBehind) {
      log.warn({ lane, records }, 'consumers are far behind: histories wait');
    } else {
      log.info({ lane, records }, 'consumers have caught up');
    }
  });
}

function composeLagWatch({ kafka, config, metrics, log, pace }: Core): Lifecycled {
  const everyMs = config.LAG_CHECK_MS;
  return createLagWatch({ admin: kafka.admin(), pace, everyMs, pause, metrics, log });
}

function tooWideFor(log: Logger): (grant: GrantFacts) => boolean {
  return ({ scopes }) => {
    const { length: count } = compareScopes(scopes).writing;
    if (count > 0) {
      log.error({ count }, 'permissions to change things were granted: the grant is not used');
    }
    return count > 0;
  };
}

function composeSinks(engines: Engines, sealer: Sealer, guarded: GuardedWrite) {
  const { metrics, log, nowS, producer } = engines;
  const published = metrics.counter({
    name: 'snapshots_published_total',
    help: 'Snapshots acknowledged by the log, by resource and origin',
    labels: ['resource', 'origin'],
  });
  const deps: PublishDeps = {
    sealMany: sealRows(sealer),
    send: sendGuarded(guarded, producer),
    nowS,
    onPublished: (resource, origin, count) => {
      published.inc({ resource, origin }, count);
    },
    onNameless: (resource, count) => {
      log.error({ resource, count }, 'rows without an id were left out');
    },
  };
  return (scope: ShopScope): SnapshotSink => createSnapshotSink(deps, scope);
}

function composeRoutes(core: Core, shops: ShopOperations): RouteDeps {
  const { stores, tiktok, clock, config, metrics, log, shopVault } = core;
  const now = (): Date => clock.now();
  const webhooks = metrics.counter({
    name: 'webhooks_total',
    help: 'Notices of TikTok Shop by what came of them',
    labels: ['outcome'],
  });
  const secrets = [config.TIKTOK_APP_SECRET, config.TIKTOK_APP_SECRET_PREVIOUS].filter(
    (secret) => secret !== undefined,
  );
  return {
    begin: {
      insertState: (state, attempt) => stores.states.insert(state, attempt),
      newState: () => randomBytes(32).toString('base64url'),
      newId: () => createUlid(clock),
      now,
      authorizeUrl: (state) => tiktok.authorizeUrl(state),
    },
    finish: {
      consumeState: (state, sessionId, at) => stores.states.consume(state, sessionId, at),
      saveOutcome: (connectId, outcome) => stores.states.finish(connectId, outcome),
      exchange: (code, authorization) => tiktok.exchange(code, authorization),
      listShops: (authorization) => tiktok.listShops(authorization),
      openShop: shops.open,
      destroyTokens: (authorization) => tiktok.tokens.destroy(authorization),
      now,
      onFailure: (connectId, error) => {
        log.warn({ err: error, connectId }, 'a connection did not come about');
      },
      onUnknownScopes: core.onUnknownScopes,
    },
    connect: { find: (connectId, merchantId) => stores.states.find(connectId, merchantId), now },
    shops: { viewsOf: shops.viewsOf },
    webhook: {
      findConnections: async (shopId) =>
        stores.connections.ofShopHash(await shopVault.shopHash(shopId)),
      now,
      isSigned: createSignatureCheck(config.TIKTOK_APP_KEY, secrets),
      store: (id, notice) => stores.inbox.accept(id, notice),
      work: ({ shopKey, epoch }) => {
        shops.supervisor.wake(shopKey, epoch, 'inbox');
      },
      count: (outcome) => {
        webhooks.inc({ outcome });
      },
    },
  };
}

function part(
  name: string,
  start: () => Promise<void>,
  stop = () => Promise.resolve(),
): Lifecycled {
  return { name, start, stop };
}

export function compose(config: Config, log: Logger): Connector {
  const engines = composeEngines(config, log);
  const { clock, kafka, vault, producer, mongo, metrics } = engines;
  const instanceId = config.INSTANCE_ID;
  const own = { kafka, producer, vault, service: SERVICE, instanceId, clock, log };
  const fences = createFences({
    ...own,
    onFence: async (scope, throughEpoch) => {
      const shopKey = shopOfScope(scope);
      if (shopKey !== undefined) {
        await shops.close(shopKey, throughEpoch);
      }
    },
    onEndGrant: (shopKey, throughEpoch) => shops.endGrant(shopKey, throughEpoch),
  });
  const core = composeCore(engines, fences);
  const shops = createShopOperations(core);
  // At once, before in-flight writes have ended: no further call goes out for the shop.
  fences.onApply((shopKey, throughEpoch) => {
    shops.supervisor.abort(shopKey, throughEpoch);
  });
  const erasers = registerErasers({
    ...own,
    erasers: [...mongoErasers(core.stores), tokenEraser(shops.endAuthorizations)],
  });
  const http = createHttp({
    name: SERVICE,
    host: config.HOST,
    port: config.PORT,
    routes: createRoutes(composeRoutes(core, shops)),
    passports: createPassportVerifier({
      jwksUrl: `${config.IDENTITY_URL}/v1/passport-keys`,
      audience: SERVICE,
      clock,
      log,
    }),
    ...{ log, metrics, clock },
  });
  const work = new Lifecycle([
    mongo,
    vault,
    part('topics', () => kafka.ensureTopics(TOPICS)),
    part('reference key', () => vault.transit.createKey(REF_KEY, 'hmac')),
    producer,
    part(
      'tiktok',
      () => Promise.resolve(),
      () => core.tiktok.close(),
    ),
    fences,
    erasers,
    part('progress notices', () => Promise.resolve(), core.notices.stop),
    composeLagWatch(core),
    part('sync', shops.supervisor.start, shops.supervisor.stop),
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
      },
      started: () => work.isStarted(),
    },
  });
  return { lifecycle: new Lifecycle([ops, work]), http };
}
