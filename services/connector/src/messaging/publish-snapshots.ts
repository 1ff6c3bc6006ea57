import {
  backfillTwin,
  HEADERS,
  isoInstant,
  MARKER_TYPE,
  RAW_VERSIONS,
  rawTopic,
} from '@tokometrics/contracts';
import type { Origin, Resource, SealedWire } from '@tokometrics/contracts';
import type { SealContext, ShopScope } from '@tokometrics/erasure';
import { createUlid, runInOriginOf } from '@tokometrics/kit';
import type { OutMessage } from '@tokometrics/kit';
import type { SnapshotSink } from '../domain/snapshot-sink.ts';
import { buildSnapshot } from './build-snapshot.ts';
import type { Snapshot } from './build-snapshot.ts';

export interface PublishDeps {
  readonly sealMany: (
    items: readonly { context: SealContext; plaintext: Buffer }[],
  ) => Promise<SealedWire[]>;
  /** Refuses when the shop is fenced; resolves when every replica holds the records. */
  readonly send: (scope: ShopScope, batch: readonly OutMessage[]) => Promise<void>;
  readonly nowS: () => number;
  readonly onPublished: (resource: Resource, origin: Origin, count: number) => void;
  readonly onNameless: (resource: Resource, count: number) => void;
}

const SOURCE = '/connector';

function topicOf(resource: Resource, origin: Origin): string {
  const topic = rawTopic(resource);
  return origin === 'backfill' ? backfillTwin(topic) : topic;
}

function headersOf(
  scope: ShopScope,
  event: { id: string; type: string; time: string; ver: string },
): Record<string, string> {
  return {
    [HEADERS.id]: event.id,
    [HEADERS.type]: event.type,
    [HEADERS.source]: SOURCE,
    [HEADERS.time]: event.time,
    [HEADERS.shopKey]: scope.shopKey,
    [HEADERS.epoch]: String(scope.epoch),
    [HEADERS.ver]: event.ver,
  };
}

interface Published {
  readonly resource: Resource;
  readonly origin: Origin;
  /** ISO 8601. */
  readonly readAt: string;
}

function toMessage(
  scope: ShopScope,
  { resource, origin, readAt }: Published,
  { ceId: id, ceType: type, time, ver, contentHash, entityId }: Snapshot,
  sealed: SealedWire,
): OutMessage {
  const envelope = {
    specversion: '1.0',
    ...{ id, type, source: SOURCE, subject: entityId, time },
    ...(readAt === time ? {} : { fetchedat: readAt }),
    ...{ shopkey: scope.shopKey, epoch: scope.epoch, ver, origin },
    schemaver: RAW_VERSIONS[resource],
    contenthash: contentHash,
    rev: 0,
    data: sealed,
  };
  return {
    topic: topicOf(resource, origin),
    key: scope.shopKey,
    value: Buffer.from(JSON.stringify(envelope)),
    headers: headersOf(scope, { id, type, time, ver }),
  };
}

/** Where rows become events: projected, hashed, compressed, sealed, and only then sent. */
export function createSnapshotSink(deps: PublishDeps, scope: ShopScope): SnapshotSink {
  const { shopKey, epoch } = scope;
  return {
    publish: async (reading, rows) => {
      const snapshots = rows.flatMap((row) => buildSnapshot({ ...reading, scope }, row) ?? []);
      if (snapshots.length < rows.length) {
        deps.onNameless(reading.resource, rows.length - snapshots.length);
      }
      if (snapshots.length === 0) {
        return;
      }
      const sealed = await deps.sealMany(
        snapshots.map(({ ceType, ceId, plaintext }) => ({
          context: { ceType, ceId, shopKey, epoch },
          plaintext,
        })),
      );
      const { resource, origin, fetchedAt } = reading;
      const published = { resource, origin, readAt: isoInstant(fetchedAt) };
      const batch = snapshots.flatMap((snapshot, index) => {
        const body = sealed[index];
        return body === undefined ? [] : [toMessage(scope, published, snapshot, body)];
      });
      await runInOriginOf(rows[0], () => deps.send(scope, batch));
      deps.onPublished(resource, origin, batch.length);
    },
    mark: async (marker, origin) => {
      const id = createUlid();
      const time = isoInstant(deps.nowS());
      const data = { ...marker, part: 0, parts: 1 };
      const value = { id, type: MARKER_TYPE, source: SOURCE, time, shopkey: shopKey, epoch, data };
      await deps.send(scope, [
        {
          topic: topicOf(marker.resource, origin),
          key: shopKey,
          value: Buffer.from(JSON.stringify(value)),
          headers: headersOf(scope, { id, type: MARKER_TYPE, time, ver: '0' }),
        },
      ]);
    },
  };
}
