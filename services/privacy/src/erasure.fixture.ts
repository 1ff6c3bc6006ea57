import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from '@jest/globals';
import { privacyRequest, shopStores, storeEntry, TOPIC, TOPICS } from '@tokometrics/contracts';
import type { PrivacyRequest, ShopLifecycle, StoreId } from '@tokometrics/contracts';
import { createFences, createSealer, registerErasers } from '@tokometrics/erasure';
import type { Eraser, Fences } from '@tokometrics/erasure';
import {
  createClickhouse,
  createClock,
  createKafka,
  createMetrics,
  createMongo,
  createUlid,
  createVault,
  Lifecycle,
  vaultPath,
} from '@tokometrics/kit';
import type { Lifecycled, Vault } from '@tokometrics/kit';
import {
  anAccountId,
  aShopLifecycle,
  createMemoryLog,
  createSuiteClickhouse,
  createSuiteVault,
  engineEnv,
  ensurePki,
  eventually,
  freePort,
  repositoryRoot,
  scopedHeaders,
  startFaultProxy,
  startServiceProcess,
  startTestPassports,
  suiteNames,
} from '@tokometrics/testkit';
import type { FaultProxy, LocalPki, ServiceProcess, TestPassports } from '@tokometrics/testkit';

const names = suiteNames(import.meta);
const engines = engineEnv();
const { log } = createMemoryLog('warn');
const clock = createClock();
const home = mkdtempSync(join(tmpdir(), 'tokometrics-privacy-'));
export const OWNERS = ['connector', 'ingestion', 'analytics'] as const;
type Owner = (typeof OWNERS)[number];
const databaseOf = (owner: string): string => `${names.mongoDatabase}_${owner}`;

const kafka = createKafka({
  brokers: engines.KAFKA_BROKERS,
  clientId: 'owners',
  topicPrefix: names.topicPrefix,
  log,
  metrics: createMetrics({ service: 'owners', runtime: false }),
});
export const producer = kafka.producer();
export const admin = kafka.admin();
const clickhouse = createClickhouse({
  url: engines.CLICKHOUSE_URL,
  database: names.clickhouseDatabase,
  log,
});
export const mongos = Object.fromEntries(
  OWNERS.map((owner) => [
    owner,
    createMongo({ url: engines.MONGO_URL, database: databaseOf(owner), log }),
  ]),
);

/** Privacy's own database, for a hand that has no business there. */
export const privacyMongo = createMongo({
  url: engines.MONGO_URL,
  database: databaseOf('privacy'),
  log,
});

let passports: TestPassports;
export let vaultProxy: FaultProxy;
let pki: LocalPki;
let env: Record<string, string> = {};
let privacy: ServiceProcess;
export const vaults: Partial<Record<Owner, Vault>> = {};
export const fences: Partial<Record<Owner, Lifecycled & Fences>> = {};
export const erasers: Partial<Record<Owner, Lifecycled>> = {};

export const countedStores = shopStores().filter((id) => storeEntry(id).verify === 'count');

/** The owners' side: the same library, their own stores, their own keys. */
function eraserOf(storeId: StoreId): Eraser {
  const { locator, owner } = storeEntry(storeId);
  if ('collection' in locator) {
    const collection = mongos[owner]?.collection(locator.collection);
    return {
      storeId,
      erase: async ({ shopKey, throughEpoch }) => {
        const filter = { shopKey, epoch: { $lte: throughEpoch } };
        const found = (await collection?.countDocuments(filter)) ?? 0;
        const result = await collection?.deleteMany(filter);
        return { found, removed: result?.deletedCount ?? 0 };
      },
    };
  }
  const table = 'table' in locator ? locator.table : '';
  return {
    storeId,
    erase: async (scope) => {
      const found = await countIn(storeId, scope.shopKey);
      await clickhouse.command(
        `ALTER TABLE ${table} DELETE WHERE shop_key = {shopKey:String} AND epoch <= {throughEpoch:UInt32} SETTINGS mutations_sync = 2`,
        { ...scope },
      );
      return { found, removed: found };
    },
  };
}

export async function countIn(storeId: StoreId, shopKey: string): Promise<number> {
  const { locator, owner } = storeEntry(storeId);
  if ('collection' in locator) {
    return (await mongos[owner]?.collection(locator.collection).countDocuments({ shopKey })) ?? 0;
  }
  const table = 'table' in locator ? locator.table : '';
  const answer = await clickhouse.client.query({
    query: `SELECT count() AS n FROM ${table} WHERE shop_key = '${shopKey}'`,
    format: 'JSONEachRow',
  });
  const [row] = await answer.json<{ n: string }>();
  return Number(row?.n);
}

export async function startErasers(owner: Owner): Promise<void> {
  const vault = vaults[owner];
  if (vault === undefined) {
    throw new Error('owners are not started');
  }
  const stores = countedStores.filter((id) => storeEntry(id).owner === owner);
  const started = registerErasers({
    ...{ kafka, producer, vault, service: owner, instanceId: createUlid(), clock, log },
    erasers: stores.map(eraserOf),
  });
  erasers[owner] = started;
  await started.start();
}

async function startOwners(): Promise<void> {
  const roles = await createSuiteVault(names);
  for (const owner of OWNERS) {
    const vault = createVault({
      address: engines.VAULT_ADDR,
      roleId: roles[owner]?.roleId ?? '',
      secretId: { reveal: () => roles[owner]?.secretId ?? '' } as never,
      kvMount: names.kvMount,
      transitMount: names.transitMount,
      log,
      clock,
    });
    vaults[owner] = vault;
    const common = { kafka, producer, vault, service: owner, instanceId: createUlid(), clock, log };
    fences[owner] = createFences({ ...common, onFence: () => Promise.resolve() });
  }
  await new Lifecycle([
    ...Object.values(mongos),
    privacyMongo,
    ...Object.values(vaults),
    producer,
    admin,
    { name: 'topics', start: () => kafka.ensureTopics(TOPICS), stop: () => Promise.resolve() },
    ...Object.values(fences),
  ]).start();
  await Promise.all(OWNERS.map(startErasers));
  env = privacyEnv(roles, {
    PORT: String(await freePort()),
    OPS_PORT: String(await freePort()),
    DPO_PORT: String(await freePort()),
  });
}

function privacyEnv(
  roles: Awaited<ReturnType<typeof createSuiteVault>>,
  ports: Record<string, string>,
): Record<string, string> {
  return {
    ...ports,
    LOG_LEVEL: 'info',
    KAFKA_BROKERS: engines.KAFKA_BROKERS,
    KAFKA_TOPIC_PREFIX: names.topicPrefix,
    MONGO_URL: engines.MONGO_URL,
    MONGO_DATABASE: databaseOf('privacy'),
    CLICKHOUSE_DATABASE: names.clickhouseDatabase,
    VAULT_ADDR: `http://127.0.0.1:${String(vaultProxy.port)}`,
    VAULT_KV_MOUNT: names.kvMount,
    VAULT_TRANSIT_MOUNT: names.transitMount,
    VAULT_ROLE_ID: roles['privacy']?.roleId ?? '',
    VAULT_SECRET_ID: roles['privacy']?.secretId ?? '',
    IDENTITY_URL: passports.identityUrl,
    VERIFIER_MONGO_URL: process.env['MONGO_READONLY_URL'] ?? engines.MONGO_URL,
    VERIFIER_MONGO_DATABASES: ['identity', ...OWNERS, 'privacy']
      .map((owner) => `${owner}=${databaseOf(owner)}`)
      .join(','),
    VERIFIER_CLICKHOUSE_URL: process.env['CLICKHOUSE_READONLY_URL'] ?? engines.CLICKHOUSE_URL,
    VERIFIER_VAULT_ROLE_ID: roles['privacy-verifier']?.roleId ?? '',
    VERIFIER_VAULT_SECRET_ID: roles['privacy-verifier']?.secretId ?? '',
    DPO_TLS_CERT: pki.server.cert,
    DPO_TLS_KEY: pki.server.key,
    DPO_TLS_CA: pki.ca,
  };
}

export async function startPrivacy(): Promise<void> {
  privacy = await startServiceProcess('privacy', env);
}

export async function killPrivacy(): Promise<void> {
  await privacy.kill('SIGKILL');
}

/** What it has logged since it was started last. */
export const privacyLog = (): string => privacy.output();

export interface Connected extends ShopLifecycle {
  readonly accountId: string;
}

/** A shop with records in every store, a key, tokens, and its announcement. */
export async function connectShop(): Promise<Connected> {
  const shop = { ...aShopLifecycle({ epoch: 1 }), accountId: anAccountId() };
  const { shopKey, merchantId, authKey } = shop;
  const connector = vaults.connector;
  const sealer = createSealer({ vault: connector as Vault, clock });
  await sealer.provision(shopKey, 1);
  const path = vaultPath('tiktok', merchantId, authKey);
  await connector?.kv.write(path, { accessToken: 'TTP_x' }, { cas: 0 });
  const context = { ceType: 'raw', shopKey, epoch: 1, ceId: 'one' };
  const sealed = await sealer.seal(context, Buffer.from('{"id":"1"}'));
  for (const storeId of countedStores) {
    const { locator, owner } = storeEntry(storeId);
    if ('collection' in locator) {
      await mongos[owner]
        ?.collection<{ _id: string }>(locator.collection)
        .insertOne({ _id: createUlid(), shopKey, epoch: 1, sealed } as never);
    } else if ('table' in locator) {
      await clickhouse.command(`INSERT INTO ${locator.table} VALUES ('${shopKey}', 1, 5)`);
    }
  }
  await clickhouse.command(`INSERT INTO usage_pages VALUES ('${shop.accountId}', 1)`);
  await announce(shop, 'connected');
  await producer.send([
    {
      topic: 'tm.raw.order.v1',
      key: shopKey,
      value: Buffer.from(JSON.stringify(sealed)),
      headers: scopedHeaders({ shopKey }),
    },
  ]);
  return shop;
}

/** As the connector does. */
export async function announce(shop: Connected, state: ShopLifecycle['state']): Promise<void> {
  const { accountId: _account, ...lifecycle } = shop;
  const value = Buffer.from(JSON.stringify({ ...lifecycle, state }));
  await producer.send([{ topic: TOPIC.shopLifecycle, key: shop.shopKey, value }]);
}

export function call(
  shop: Connected,
  path: string,
  method = 'GET',
  fresh = true,
): Promise<Response> {
  const freshUntil = fresh ? Math.floor(Date.now() / 1000) + 300 : null;
  const headers = passports.headers({ audience: 'privacy', ...shop, freshUntil });
  return fetch(`http://127.0.0.1:${String(env['PORT'])}${path}`, { method, headers });
}

export const disconnect = (shop: Connected, fresh = true): Promise<Response> =>
  call(shop, `/v1/shops/${shop.shopKey}/connection`, 'DELETE', fresh);

export async function requestOf(shop: Connected): Promise<PrivacyRequest> {
  const answer = await call(shop, '/v1/privacy/requests');
  const { items } = (await answer.json()) as { items: unknown[] };
  return privacyRequest.parse(items[0]);
}

export async function completed(shop: Connected): Promise<PrivacyRequest> {
  return eventually(
    async () => {
      const found = await requestOf(shop);
      expect(found.state).toBe('COMPLETED');
      return found;
    },
    { timeoutMs: 120_000, everyMs: 500 },
  );
}

export function askDpo(path: string, withCertificate: boolean, method = 'GET'): Promise<string> {
  return new Promise((resolve) => {
    const asked = httpsRequest(
      {
        host: '127.0.0.1',
        port: Number(env['DPO_PORT']),
        ...{ path, method },
        ca: readFileSync(pki.ca),
        ...(withCertificate
          ? { cert: readFileSync(pki.client.cert), key: readFileSync(pki.client.key) }
          : {}),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          resolve(Buffer.concat(chunks).toString());
        });
      },
    );
    asked.on('error', () => {
      resolve('refused');
    });
    asked.end();
  });
}

/** What a person would do with the downloaded file. */
export async function checkReceipt(shop: Connected, requestId: string): Promise<string> {
  const [receipt, keys] = await Promise.all([
    call(shop, `/v1/privacy/requests/${requestId}/receipt`),
    fetch(`http://127.0.0.1:${String(env['PORT'])}/v1/privacy/keys`),
  ]);
  const files = [join(home, `${requestId}.json`), join(home, 'jwks.json')] as const;
  writeFileSync(files[0], Buffer.from(await receipt.arrayBuffer()));
  writeFileSync(files[1], Buffer.from(await keys.arrayBuffer()));
  const tool = join(repositoryRoot, 'tools', 'verify-receipt.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [
    tool,
    files[0],
    '--keys',
    files[1],
  ]);
  return stdout;
}

export async function startWorld(): Promise<void> {
  passports = await startTestPassports();
  pki = await ensurePki(home);
  const { port } = new URL(engines.VAULT_ADDR);
  vaultProxy = await startFaultProxy({ port: Number(port) });
  await createSuiteClickhouse(names);
  for (const storeId of countedStores) {
    const { locator } = storeEntry(storeId);
    if ('table' in locator) {
      await clickhouse.command(
        `CREATE TABLE ${locator.table} (shop_key FixedString(26), epoch UInt32, n UInt32)
         ENGINE = MergeTree ORDER BY (shop_key, epoch)`,
      );
    }
  }
  await clickhouse.command(
    `CREATE TABLE usage_pages (account_id FixedString(26), n UInt32)
     ENGINE = ReplacingMergeTree ORDER BY (account_id, n)`,
  );
  await startOwners();
  await startPrivacy();
}

export async function stopWorld(): Promise<void> {
  await privacy.kill('SIGTERM');
  await Promise.all([...Object.values(erasers), ...Object.values(fences)].map((p) => p.stop()));
  await Promise.all(
    [admin, producer, clickhouse, privacyMongo, ...Object.values(mongos)].map((p) => p.stop()),
  );
  await Promise.all(Object.values(vaults).map((vault) => vault.stop()));
  await vaultProxy.stop();
  await passports.stop();
  rmSync(home, { recursive: true, force: true });
}
