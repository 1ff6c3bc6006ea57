import { localDateOf } from '@tokometrics/contracts';
import type { Resource } from '@tokometrics/contracts';

/** Two years, as the policy promises for data of a shop; counted from the earlier of event and fetch. */
export function expiryOf(occurredAt: Date, fetchedAt: Date): Date {
  const from = new Date(Math.min(occurredAt.getTime(), fetchedAt.getTime()));
  from.setUTCFullYear(from.getUTCFullYear() + 2);
  return from;
}

/**
 * The same of a snapshot. A product changes when it changes, but is one of today while it is listed: its
 * reading counts, as it does in the warehouse.
 */
export function snapshotExpiry(entity: Resource, occurredAt: Date, fetchedAt: Date): Date {
  return expiryOf(entity === 'product' ? fetchedAt : occurredAt, fetchedAt);
}

/** First local day of the zone that may still be kept; readers cut by the same day. */
export function retentionCut(now: Date, zone = 'UTC'): string {
  const cut = new Date(`${localDateOf(zone, Math.floor(now.getTime() / 1000))}T00:00:00Z`);
  cut.setUTCFullYear(cut.getUTCFullYear() - 2);
  return cut.toISOString().slice(0, 10);
}
