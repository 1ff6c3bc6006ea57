import type { Notice, Resource, ShopKey } from '@tokometrics/contracts';
import { isoInstant } from '@tokometrics/contracts';

/** As many days as one notice may name; beyond that a page reads everything again anyway. */
const MAX_DAYS = 800;

interface Pending {
  readonly watermarks: Map<Resource, number>;
  readonly resources: Set<Resource>;
  readonly days: Set<string>;
}

export interface NoticeBoard {
  watermark(shopKey: ShopKey, resource: Resource, completeThrough: number): void;
  invalidate(shopKey: ShopKey, resources: readonly Resource[], days: readonly string[]): void;
  /** Everything that gathered since the last call, at most one notice of each kind per resource. */
  take(): Notice[];
}

/** Gathers what changed, so that a shop that loads a year of orders is not a storm in the browser. */
export function createNoticeBoard(): NoticeBoard {
  const shops = new Map<ShopKey, Pending>();
  const of = (shopKey: ShopKey): Pending => {
    const known = shops.get(shopKey) ?? {
      watermarks: new Map(),
      resources: new Set(),
      days: new Set(),
    };
    shops.set(shopKey, known);
    return known;
  };
  return {
    watermark(shopKey, resource, completeThrough) {
      const { watermarks } = of(shopKey);
      watermarks.set(resource, Math.max(watermarks.get(resource) ?? 0, completeThrough));
    },
    invalidate(shopKey, resources, days) {
      const pending = of(shopKey);
      resources.forEach((resource) => pending.resources.add(resource));
      days.forEach((day) => pending.days.add(day));
    },
    take() {
      const notices = [...shops].flatMap(([shopKey, pending]) => toNotices(shopKey, pending));
      shops.clear();
      return notices;
    },
  };
}

function toNotices(shopKey: ShopKey, { watermarks, resources, days }: Pending): Notice[] {
  const raised = [...watermarks].map(([resource, through]): Notice => ({
    kind: 'watermark',
    shopKey,
    resource,
    completeThrough: isoInstant(through),
  }));
  if (resources.size === 0) {
    return raised;
  }
  const newestFirst = [...days].sort().toReversed().slice(0, MAX_DAYS);
  return [...raised, { kind: 'invalidate', shopKey, resources: [...resources], days: newestFirst }];
}
