import type { Resource } from '@tokometrics/contracts';
import { createRateMeter } from './rate-meter.ts';
import type { RateMeter } from './rate-meter.ts';

export interface SyncProgress {
  note(shopKey: string, rows: Readonly<Partial<Record<Resource, number>>>): void;
  perMinute(shopKey: string, resource: Resource): number | null;
  forget(shopKey: string): void;
}

/** How fast each resource of each shop comes in, as this instance sees it. */
export function createSyncProgress(monotonicMs: () => number): SyncProgress {
  const meters = new Map<string, Map<string, RateMeter>>();
  return {
    note: (shopKey, rows) => {
      const ofShop = meters.get(shopKey) ?? new Map<string, RateMeter>();
      meters.set(shopKey, ofShop);
      for (const [resource, count] of Object.entries(rows)) {
        const meter = ofShop.get(resource) ?? createRateMeter(monotonicMs);
        ofShop.set(resource, meter);
        meter.add(count);
      }
    },
    perMinute: (shopKey, resource) => meters.get(shopKey)?.get(resource)?.perMinute() ?? null,
    forget: (shopKey) => {
      meters.delete(shopKey);
    },
  };
}
