import { PERMISSION_CATEGORIES } from '@tokometrics/contracts';
import type { Resource } from '@tokometrics/contracts';
import type { GrantedCategory } from './compare-scopes.ts';
import type { Connection } from './connection.ts';
import type { Stream } from './sync-cursor.ts';

type Scope = Pick<Connection, 'shopKey' | 'epoch'>;

/** What each shop's grant feeds at present; a stream without its permission makes no call. */
export interface Permissions {
  readonly note: (connection: Scope & Pick<Connection, 'categories'>) => void;
  readonly isFed: (scope: Scope, stream: Stream) => boolean;
  readonly forget: (shopKey: string) => void;
}

const RESOURCES_OF: ReadonlyMap<string, readonly Resource[]> = new Map(
  PERMISSION_CATEGORIES.map(({ policyName, resources }) => [policyName, resources]),
);
/** Of what one stream brings, the first stands for all: one permission feeds them. */
const FIRST_OF: Readonly<Record<Stream, Resource>> = {
  'order.live': 'order',
  'order.backfill': 'order',
  'product.live': 'product',
  'product.backfill': 'product',
  'finance.live': 'statement',
  'finance.backfill': 'statement',
  'payment.live': 'payment',
  'payment.backfill': 'payment',
  'inventory.live': 'inventory',
  'unsettled.live': 'unsettled',
  'listing.live': 'product',
};

/** Resources that stay empty because the seller has not granted, or has withdrawn, what they need. */
export function unfedResources(categories: readonly GrantedCategory[]): ReadonlySet<Resource> {
  const missing = categories.filter(({ granted }) => !granted);
  return new Set(missing.flatMap(({ policyName }) => RESOURCES_OF.get(policyName) ?? []));
}

export function createPermissions(): Permissions {
  const unfed = new Map<string, Map<number, ReadonlySet<Resource>>>();
  return {
    note: ({ shopKey, epoch, categories }) => {
      const ofShop = unfed.get(shopKey) ?? new Map<number, ReadonlySet<Resource>>();
      unfed.set(shopKey, ofShop.set(epoch, unfedResources(categories)));
    },
    isFed: ({ shopKey, epoch }, stream) =>
      unfed.get(shopKey)?.get(epoch)?.has(FIRST_OF[stream]) !== true,
    forget: (shopKey) => {
      unfed.delete(shopKey);
    },
  };
}
