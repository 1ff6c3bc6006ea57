import { localDateOf } from '@tokometrics/contracts';
import type { Resource } from '@tokometrics/contracts';

/** Two years, as the policy promises for data of a shop; counted from the earlier of event and fetch. */
export function expiryOf(occurredAt: Date, fetchedAt: Date): Date {
  const from = new Date(Math.min(occurredAt.getTime(), fetchedAt.getTime()));
  from.setUTCFullYear(from.getUTCFullYear() + 2);
  return from;
}

/** Until the day of a snapshot has ended everywhere: 24 hours, and 12 more on the last islands. */
const DAY_ENDS_MS = 36 * 3_600_000;

/**
 * The same of a snapshot, which goes with the local day that its figures are kept under, however late it has
 * changed or was read. A product changes when it changes, but is one of today while it is listed: its reading
 * counts, as it does in the warehouse.
 */
export function snapshotExpiry(
  entity: Resource,
  at: { readonly occurredAt: Date; readonly fetchedAt: Date; readonly localDate: string },
): Date {
  if (entity === 'product') {
    return expiryOf(at.fetchedAt, at.fetchedAt);
  }
  const dayEnds = new Date(Date.parse(`${at.localDate}T00:00:00Z`) + DAY_ENDS_MS);
  return expiryOf(at.occurredAt < dayEnds ? at.occurredAt : dayEnds, at.fetchedAt);
}

/** First local day of the zone that may still be kept; readers cut by the same day. */
export function retentionCut(now: Date, zone = 'UTC'): string {
  const cut = new Date(`${localDateOf(zone, Math.floor(now.getTime() / 1000))}T00:00:00Z`);
  cut.setUTCFullYear(cut.getUTCFullYear() - 2);
  return cut.toISOString().slice(0, 10);
}
