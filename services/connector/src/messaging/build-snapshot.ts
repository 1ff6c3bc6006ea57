import { EVENT_NAMESPACE, eventName, isoInstant, rawType, versionOf } from '@tokometrics/contracts';
import type { ShopScope } from '@tokometrics/erasure';
import { sha256Hex, uuidv5 } from '@tokometrics/kit';
import { canonicalText } from '../domain/pick-fields.ts';
import type { Json } from '../domain/pick-fields.ts';
import type { Reading } from '../domain/snapshot-sink.ts';
import { projectEntity } from '../domain/project-entity.ts';

export interface ScopedReading extends Reading {
  readonly scope: ShopScope;
}

export interface Snapshot {
  readonly ceId: string;
  readonly ceType: string;
  readonly time: string;
  readonly ver: string;
  /** Canonical JSON of what is kept, before compression and sealing. */
  readonly plaintext: Buffer;
  readonly contentHash: string;
  readonly entityId: string;
}

/**
 * One row of an answer as an event, or undefined when it has no id. Orders and products tell when
 * they changed; the other kinds do not, so the instant of reading is their version's time.
 */
export function buildSnapshot(reading: ScopedReading, source: Json): Snapshot | undefined {
  const body = projectEntity(reading.resource, source);
  const entityId = body['id'];
  if (typeof entityId !== 'string' || entityId === '') {
    return undefined;
  }
  const plaintext = Buffer.from(canonicalText(body), 'utf8');
  const contentHash = sha256Hex(plaintext);
  const updateTime = body['update_time'];
  const timeS =
    typeof updateTime === 'number' && Number.isSafeInteger(updateTime) && updateTime > 0
      ? updateTime
      : reading.fetchedAt;
  const ver = versionOf(timeS, reading.seq);
  const { shopKey, epoch } = reading.scope;
  const name = { shopKey, epoch, entity: reading.resource, entityId, ver, contentHash };
  return {
    ceId: uuidv5(EVENT_NAMESPACE, eventName(name)),
    ceType: rawType(reading.resource),
    time: isoInstant(timeS),
    ver,
    plaintext,
    contentHash,
    entityId,
  };
}
