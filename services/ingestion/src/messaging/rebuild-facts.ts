import { backfillTwin, HEADERS, rawTopic } from '@tokometrics/contracts';
import type { InMessage, OutMessage } from '@tokometrics/kit';
import type { ArchivedEvent } from '../domain/archived-event.ts';
import type { Rebuilt } from '../domain/rebuild.ts';
import { prepareChunk } from './prepare-chunk.ts';
import type { PrepareDeps } from './prepare-chunk.ts';
import { toFact } from './store-chunk.ts';

export interface RebuiltFacts {
  readonly facts: readonly OutMessage[];
  readonly counts: Rebuilt;
}

/**
 * Facts of archived events by the rules of now, under another revision. An event goes the way that
 * it went when it arrived, so a rebuilt fact differs from a live one by origin and revision alone.
 */
export async function rebuildFacts(
  deps: PrepareDeps,
  events: readonly ArchivedEvent[],
  rev: number,
): Promise<RebuiltFacts> {
  const days = new Map(events.map(({ id, localDate }) => [id, localDate]));
  const prepared = await prepareChunk(deps, events.map(toMessage));
  const refused = new Map<string, number>();
  const facts: OutMessage[] = [];
  let expired = 0;
  for (const item of prepared) {
    if (item.kind === 'event') {
      facts.push(toFact(item, days.get(item.envelope.id) ?? '', rev));
    } else if (item.kind === 'parked') {
      refused.set(item.reason, (refused.get(item.reason) ?? 0) + 1);
    } else if (item.kind === 'dropped' && item.reason === 'expired') {
      expired += 1;
    }
  }
  return { facts, counts: { sent: facts.length, expired, refused } };
}

/** As the connector sent it, but for its origin; on the twin, so that today does not wait. */
function toMessage(event: ArchivedEvent): InMessage {
  const time = event.occurredAt.toISOString();
  const fetchedAt = event.fetchedAt.toISOString();
  const envelope = {
    specversion: '1.0',
    ...{ id: event.id, type: event.ceType, source: '/connector', subject: event.entityId, time },
    ...(fetchedAt === time ? {} : { fetchedat: fetchedAt }),
    ...{ shopkey: event.shopKey, epoch: event.epoch, ver: event.ver, origin: 'rebuild' },
    ...{ schemaver: event.schemaVer, contenthash: event.contentHash },
  };
  // The sealed part is JSON already, and large: it is put in as text.
  const value = Buffer.from(
    `${JSON.stringify(envelope).slice(0, -1)},"data":${String(event.sealed)}}`,
  );
  return {
    topic: backfillTwin(rawTopic(event.entity)),
    ...{ partition: 0, offset: '0', timestamp: 0, key: event.shopKey, value },
    headers: {
      [HEADERS.id]: event.id,
      [HEADERS.type]: event.ceType,
      [HEADERS.source]: '/connector',
      [HEADERS.time]: time,
      [HEADERS.shopKey]: event.shopKey,
      [HEADERS.epoch]: String(event.epoch),
      [HEADERS.ver]: event.ver,
    },
  };
}
