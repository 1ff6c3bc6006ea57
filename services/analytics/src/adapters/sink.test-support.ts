import { fileURLToPath } from 'node:url';
import { RESOURCES } from '@tokometrics/contracts';
import type { Resource } from '@tokometrics/contracts';
import {
  createClickhouse,
  createLogger,
  createUlid,
  migrateClickhouse,
  sha256Hex,
} from '@tokometrics/kit';
import type { Clickhouse, InMessage } from '@tokometrics/kit';
import type { ChunkCounts } from '../domain/chunk-counts.ts';
import { addMarker, NOTHING_COMPLETE } from '../domain/completeness.ts';
import type { Completeness } from '../domain/completeness.ts';
import { rememberFigures } from '../domain/figure-memo.ts';
import type { BaseTable } from '../domain/fact-rows.ts';
import type { Scope } from '../domain/read-fact.ts';
import { readKnown } from '../domain/read-known.ts';
import { createCursors } from '../domain/cursor.ts';
import { NO_PATIENCE } from '../domain/pass-lane.ts';
import { createPassQueue } from '../domain/pass-queue.ts';
import type { RouteDeps } from '../http/routes.ts';
import { closeGaps } from '../messaging/close-gaps.ts';
import { completeRanges } from '../messaging/complete-ranges.ts';
import { guardPass } from '../messaging/guard-pass.ts';
import { prepareChunk } from '../messaging/prepare-chunk.ts';
import { storeChunk } from '../messaging/store-chunk.ts';
import type { StoreDeps } from '../messaging/store-chunk.ts';
import { after } from './after.ts';
import { arrivedOf, openGapsOf } from './clickhouse-gaps.ts';
import { createClickhouseReads } from './clickhouse-reads.ts';
import { createReroll } from './clickhouse-reroll.ts';
import { createClickhouseSink } from './clickhouse-sink.ts';
import type { Tenant } from './facts.test-support.ts';
import { createFactValidators } from './fact-validators.ts';

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));

export interface TestSink {
  readonly clickhouse: Clickhouse;
  readonly chunks: ChunkCounts[];
  /** Through decode, insert, re-roll, proof and completeness, as a chunk from Kafka goes. */
  store(messages: readonly InMessage[]): Promise<{ parked: readonly { reason: string }[] }>;
  /** A second writer on the same tables, with a pass queue of its own, whose passes may be held back. */
  anotherWriter(beforePass?: () => Promise<void>): TestSink['store'];
  readonly fenced: Set<string>;
  readonly known: Map<string, Map<Resource, Completeness>>;
  routeDeps(options: {
    readonly tenant: Tenant;
    readonly merchantId: string;
    readonly currency?: string | null;
    readonly now: () => Date;
  }): RouteDeps;
  stop(): Promise<void>;
}

/** The sink's own parts over a real ClickHouse in a database of this file's own. */
export async function startTestSink(url: string): Promise<TestSink> {
  const log = createLogger({ service: 'analytics-test', level: 'error' });
  const database = `test_${createUlid().toLowerCase()}`;
  const clickhouse = createClickhouse({ url, database, log });
  await clickhouse.createDatabase();
  await clickhouse.start();
  await migrateClickhouse(clickhouse, MIGRATIONS);
  const validators = createFactValidators();
  const sink = createClickhouseSink(clickhouse);
  const fenced = new Set<string>();
  const chunks: ChunkCounts[] = [];
  const known = new Map<string, Map<Resource, Completeness>>();
  const revisions = new Map<string, number>();
  const gapped = new Set<string>();
  const reads = createClickhouseReads(clickhouse);
  const remembered = rememberFigures(reads, {
    after: (ms, act) => {
      setTimeout(act, ms).unref();
    },
    random: Math.random,
  });
  const isFenced = (shopKey: string, epoch: number) => fenced.has(`${shopKey}:${String(epoch)}`);

  const cutoff = () => '2024-01-01';
  const completeness = (shopKey: string, epoch: number) => {
    const key = `${shopKey}:${String(epoch)}`;
    return Promise.resolve({
      complete: known.get(key) ?? new Map<Resource, Completeness>(),
      revision: revisions.get(key) ?? 0,
      isGapped: gapped.has(key),
    });
  };
  const update = (
    of: { shopKey: string; epoch: number; resource: Resource },
    change: (before: Completeness) => Completeness,
  ) => {
    const key = `${of.shopKey}:${String(of.epoch)}`;
    const shop = known.get(key) ?? new Map<Resource, Completeness>();
    const changed = change(shop.get(of.resource) ?? NOTHING_COMPLETE);
    known.set(key, shop.set(of.resource, changed));
    return Promise.resolve(changed);
  };

  const raiseRevision: StoreDeps['raiseRevision'] = (scopes) => {
    const keyOf = ({ shopKey, epoch }: Scope) => `${shopKey}:${String(epoch)}`;
    for (const scope of scopes) {
      if (scope.isGapped === true) {
        gapped.add(keyOf(scope));
      }
      revisions.set(keyOf(scope), (revisions.get(keyOf(scope)) ?? 0) + 1);
    }
    return Promise.resolve(scopes.filter((scope) => gapped.has(keyOf(scope))));
  };

  const writer: TestSink['anotherWriter'] = (beforePass = () => Promise.resolve()) => {
    const guardedChunk: StoreDeps['guardedChunk'] = async (scopes, write) => {
      const open = scopes.filter((scope) => !isFenced(scope.shopKey, scope.epoch));
      if (open.length > 0) {
        await write(open);
      }
      return { fenced: scopes.filter((scope) => isFenced(scope.shopKey, scope.epoch)) };
    };
    const pass = createReroll({ clickhouse, log });
    const { live: reroll, history } = createPassQueue(
      guardPass(guardedChunk, async (dirty, guardBatch) => {
        await beforePass();
        await pass(dirty, guardBatch);
      }),
      {
        now: () => performance.now(),
        after,
      },
    );
    const writing = {
      guardedChunk,
      insert: (table: BaseTable, lines: readonly string[]) => sink.insert(table, lines),
      reroll,
      raiseRevision,
    };
    return async (messages) => {
      const prepared = await prepareChunk({ isFenced, validators, cutoff }, messages);
      const { parked, finish } = await storeChunk(
        {
          ...writing,
          patience: { followed: NO_PATIENCE, alone: NO_PATIENCE },
          closeGaps: (written) =>
            closeGaps(
              {
                ...writing,
                openGaps: openGapsOf(clickhouse),
                arrived: arrivedOf(clickhouse),
                rollEarlier: (dirty) => history(dirty, NO_PATIENCE),
              },
              written,
            ),
          noteChunk: async (counts) => {
            chunks.push(...counts);
            await sink.noteChunk(counts);
          },
          complete: (markers) =>
            completeRanges(
              { update, announce: () => undefined, historyGrew: () => undefined },
              markers,
            ),
          invalidate: () => undefined,
        },
        prepared,
      );
      await finish({ isFollowed: () => false, turn: () => Promise.resolve() });
      return { parked };
    };
  };

  return {
    clickhouse,
    chunks,
    fenced,
    known,
    store: writer(),
    anotherWriter: writer,
    routeDeps: ({ tenant, merchantId, currency = 'IDR', now }) => ({
      ...reads,
      ...remembered,
      findShop: (shopKey) =>
        shopKey === tenant.shopKey
          ? ({
              v: 1,
              shopKey,
              merchantId,
              epoch: tenant.epoch,
              authKey: createUlid(),
              state: 'connected',
              region: 'ID',
              timezone: tenant.zone,
              currency,
              connectedAt: '2026-01-01T00:00:00.000Z',
              at: '2026-01-01T00:00:00.000Z',
            } as ReturnType<RouteDeps['findShop']>)
          : undefined,
      isFenced,
      known: (...of) => readKnown({ completeness, openGaps: remembered.openGaps, cutoff }, ...of),
      now,
      cursors: createCursors(sha256Hex),
    }),
    stop: async () => {
      await clickhouse.command(`DROP DATABASE IF EXISTS ${database}`);
      await clickhouse.stop();
    },
  };
}

/** All resources complete from the beginning of time up to an instant. */
export function completeUpTo(sink: TestSink, tenant: Tenant, through: string): void {
  const throughS = Date.parse(through) / 1000;
  const all = RESOURCES.map((resource): [Resource, Completeness] => {
    const base = { resource, records: 0, part: 0, parts: 1 };
    const history = addMarker(NOTHING_COMPLETE, {
      ...base,
      axis: 'create',
      from: 0,
      through: throughS,
    });
    return [
      resource,
      addMarker(history, { ...base, axis: 'update', from: throughS, through: throughS }),
    ];
  });
  sink.known.set(`${tenant.shopKey}:${String(tenant.epoch)}`, new Map(all));
}
