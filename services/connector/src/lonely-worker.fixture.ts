import { AppError, createClock, createMetrics, Secret } from '@tokometrics/kit';
import type { VaultKv, VaultSecret } from '@tokometrics/kit';
import { aMerchantId, createMemoryLog } from '@tokometrics/testkit';
import { pause } from './adapters/pause.ts';
import { createTikTokAccess } from './adapters/tiktok/tiktok-access.ts';
import { FIXTURE_APP, FIXTURE_SECRET, RETAIL_SCOPES } from './connector.fixture.ts';
import type { Sandbox } from './connector.fixture.ts';
import { aConnection } from './domain/connection.fixture.ts';
import { reactToFault } from './domain/retire-connection.ts';
import type { RetireDeps } from './domain/retire-connection.ts';
import { startShopWorker } from './domain/shop-worker.ts';
import type { SnapshotSink } from './domain/snapshot-sink.ts';
import type { CursorState, Lease, Stream } from './domain/sync-cursor.ts';
import { TikTokFault } from './domain/tiktok-fault.ts';

/** Compare-and-set and no more: enough for tokens, which the real store is tested with elsewhere. */
function createMemoryKv(): VaultKv {
  const secrets = new Map<string, VaultSecret>();
  const keyOf = (path: unknown): string => JSON.stringify(path);
  return {
    read: (path) => Promise.resolve(secrets.get(keyOf(path))),
    write: (path, data, { cas }) => {
      const version = secrets.get(keyOf(path))?.version ?? 0;
      if (version !== cas) {
        return Promise.reject(new AppError('resource.conflict', 'another version'));
      }
      secrets.set(keyOf(path), { data, version: version + 1 });
      return Promise.resolve(version + 1);
    },
    destroy: (path) => {
      secrets.delete(keyOf(path));
      return Promise.resolve();
    },
    exists: (path) => Promise.resolve(secrets.has(keyOf(path))),
    list: () => Promise.resolve([...secrets.keys()]),
  };
}

function createMemoryCursors(cut: number) {
  const states = new Map<Stream, CursorState>();
  const acquire = (stream: Stream, first: CursorState): Promise<Lease> => {
    let state = states.get(stream) ?? { ...first, cut: Math.max(first.cut, cut) };
    states.set(stream, state);
    return Promise.resolve({
      get state() {
        return state;
      },
      save: (change) => {
        state = { ...state, ...change };
        states.set(stream, state);
        return Promise.resolve();
      },
    });
  };
  return { states, acquire };
}

function createMemoryArchive() {
  const ids = {
    order: new Set(),
    product: new Set(),
    statement: new Set(),
    transaction: new Set(),
    payment: new Set(),
    inventory: new Set(),
    unsettled: new Set(),
  };
  const sink: SnapshotSink = {
    publish: ({ resource }, rows) => {
      rows.forEach(({ id }) => ids[resource].add(id));
      return Promise.resolve();
    },
    mark: () => Promise.resolve(),
  };
  return { ids, sink };
}

const DAY_S = 86_400;
/** Small enough that nine orders are more than one page. */
export const ORDER_PAGE_SIZE = 8;
/** A turn between polls is longer than any test; all other waits of the worker are short. */
const NEVER_MS = 3_600_000;

export interface LonelyWorkerOptions {
  readonly sandbox: Sandbox;
  readonly url: string;
  readonly clockAt: string;
}

/**
 * One shop's work with the real client, tokens and worker over a log and stores in memory: what
 * TikTok answers and what comes of it, in tenths of a second.
 */
export async function startLonelyWorker({ sandbox, url, clockAt }: LonelyWorkerOptions) {
  const clock = createClock(clockAt);
  const metrics = createMetrics({ service: 'lonely', runtime: false });
  const { log } = createMemoryLog();
  const access = createTikTokAccess({
    config: {
      ...{ TIKTOK_AUTHORIZE_URL: url, TIKTOK_TOKEN_URL: url, TIKTOK_API_URL: url },
      ...{ TIKTOK_APP_KEY: FIXTURE_APP.key, TIKTOK_APP_SECRET: new Secret(FIXTURE_SECRET) },
      ...{ TIKTOK_SERVICE_ID: FIXTURE_APP.serviceId, TIKTOK_VERSIONS: '' },
      ...{ TIKTOK_TIMEOUT_MS: 5_000, TIKTOK_RATE_START: 5_000, TIKTOK_RATE_CEILING: 5_000 },
    },
    ...{ kv: createMemoryKv(), clock, metrics, log, instanceId: 'lonely', random: () => 0 },
    refuses: () => false,
    onRenewed: () => Promise.resolve(),
  });
  const authorization = { merchantId: aMerchantId(), authKey: aMerchantId() };
  const grant = (await sandbox.control('POST', '/grants', {
    ...{ seller: 'retail', scopes: RETAIL_SCOPES },
  })) as { code: string };
  await access.exchange(grant.code, authorization);
  const [shop] = await access.listShops(authorization);
  if (shop === undefined) {
    throw new Error('the grant holds no shop');
  }
  const connection = aConnection({ ...authorization, connectedAt: clock.now() });
  const nowS = (): number => Math.floor(clock.now().getTime() / 1000);
  const { states, acquire } = createMemoryCursors(nowS() - 30 * DAY_S);
  const { ids, sink } = createMemoryArchive();
  const seen = { kinds: [] as string[], isRetired: false, isSuspected: false, seq: 0 };
  const retire: RetireDeps = {
    connectionsOfAuthorization: () => Promise.resolve([connection]),
    markReauth: () => {
      const isFirst = !seen.isRetired;
      seen.isRetired = true;
      return Promise.resolve(isFirst);
    },
    markDeauthorized: () => Promise.resolve(false),
    tellOwner: () => Promise.resolve(),
    announce: () => Promise.resolve(),
    stopWork: () => {
      worker.abort();
    },
    listShops: (of) => access.listShops(of),
    shopIdOf: () => Promise.resolve(shop.id),
    onSuspect: () => {
      seen.isSuspected = true;
    },
  };
  const identity = { shopId: shop.id, cipher: shop.cipher, openId: '' };
  const worker = startShopWorker(
    {
      source: access.sourceOf(connection, { shopKey: connection.shopKey, identity }, () =>
        Promise.resolve((seen.seq += 1)),
      ),
      ...{ sink, acquire, nowS },
      renewLeases: () => Promise.resolve(),
      releaseLeases: () => Promise.resolve(),
      drainInbox: () => Promise.resolve(),
      isFed: () => true,
      pace: { isHistoryHeld: () => false, stretch: (ms) => ms },
      pause: (ms, signal) => pause(ms >= NEVER_MS ? ms : Math.min(ms, 30), signal),
      settings: {
        ...{ pollIntervalMs: NEVER_MS, financeIntervalMs: NEVER_MS, leaseMs: 3 * NEVER_MS },
        ...{ inventoryIntervalMs: NEVER_MS, unsettledIntervalMs: NEVER_MS },
        ...{ orderPageSize: ORDER_PAGE_SIZE, pageSize: 100, maxPages: 50 },
      },
      onProgress: () => undefined,
      onFault: (stream, error) => {
        const word = error instanceof TikTokFault ? error.kind : String(error);
        seen.kinds.push(`${stream} ${word}`);
        void reactToFault(retire, connection, error).catch((failure: unknown) => {
          seen.kinds.push(`reaction ${String(failure)}`);
        });
      },
    },
    nowS(),
  );
  return {
    ...{ ids, seen, states },
    metrics: () => metrics.text(),
    isDone: () =>
      (
        [
          ...(['order.backfill', 'product.backfill', 'finance.backfill'] as const),
          ...(['payment.backfill', 'inventory.live', 'unsettled.live'] as const),
        ] as const
      ).every((stream) => states.get(stream)?.finishedAt != null),
    stop: async () => {
      await worker.stop();
      await access.close();
    },
  };
}
