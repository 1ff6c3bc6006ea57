import { fnv1a32 } from '../hash.ts';
import type { Stock } from '../inventory.ts';
import { findEvent, type SyntheticEvent } from './synthetic-events.ts';

/**
 * What is on hand of each of these SKUs at `now`, by the events alone. `events` are all that the shop
 * is made of: what is sold later is on hand until then.
 */
export function expectStock(
  skuIds: readonly string[],
  events: readonly SyntheticEvent[],
  now: number,
): Readonly<Record<string, Stock>> {
  const stock = new Map(
    skuIds.map((id) => [id, { available: 20 + (fnv1a32(id) % 200), committed: 0 }]),
  );
  for (const group of Map.groupBy(events, ({ orderId }) => orderId).values()) {
    const past = group.filter(({ at }) => at <= now);
    const items = findEvent(group, 'ordered')?.items ?? [];
    items.forEach(({ skuId }, index) => {
      const sku = stock.get(skuId);
      if (sku !== undefined) {
        sku.available += isGone(past, index) ? 0 : 1;
        sku.committed += isSetAside(past, index) ? 1 : 0;
      }
    });
  }
  return Object.fromEntries([...stock].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Sold, and not given up again before it left. */
function isGone(past: readonly SyntheticEvent[], index: number): boolean {
  return findEvent(past, 'ordered') !== undefined && !isGivenUp(past, index);
}

function isGivenUp(past: readonly SyntheticEvent[], index: number): boolean {
  return past.some(
    (event) =>
      event.kind === 'cancelled' || (event.kind === 'dropped' && event.items.includes(index)),
  );
}

/** Between its release and its leaving. */
function isSetAside(past: readonly SyntheticEvent[], index: number): boolean {
  const hasLeft = past.some(
    (event) =>
      event.kind === 'collected' || (event.kind === 'parted' && event.items.includes(index)),
  );
  return findEvent(past, 'released') !== undefined && !hasLeft && !isGivenUp(past, index);
}
