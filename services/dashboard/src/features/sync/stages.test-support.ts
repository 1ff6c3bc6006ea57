import {
  PERMISSION_CATEGORIES,
  RESOURCES,
  shop as shopSchema,
  syncStage,
} from '@tokometrics/contracts';
import type { Resource, Shop } from '@tokometrics/contracts';
import type { Freshness } from '../../api/freshness.ts';
import type { Stage } from './standing.ts';

const KEY = '01KAV5Z0000000000000000001';

export const aStage = (resource: Resource, state: Stage['state']): Stage =>
  syncStage.parse({
    ...{ resource, state, newestLoaded: null, oldestLoaded: null, error: null },
    progress: { done: 12, total: 12, unit: 'rows', ratePerMinute: null, etaSeconds: null },
  });

/** All that a shop has, in one state but for these. */
export const stagesOf = (
  state: Stage['state'],
  others: Partial<Record<Resource, Stage['state']>> = {},
): Stage[] => RESOURCES.map((resource) => aStage(resource, others[resource] ?? state));

interface ShopParts {
  readonly status?: Shop['status'];
  /** Permissions that were not given. */
  readonly missing?: readonly string[];
  readonly stages?: readonly Stage[];
}

export const aShop = ({ status = 'active', missing = [], stages = [] }: ShopParts = {}): Shop =>
  shopSchema.parse({
    ...{ shopKey: KEY, epoch: 1, label: '', name: 'Retail Shop', region: 'GB', status },
    ...{ sellerType: 'LOCAL', currency: 'GBP', timezone: 'Europe/London' },
    categories: PERMISSION_CATEGORIES.map(({ policyName, tiktokScopes, purpose }) => ({
      ...{ policyName, tiktokScopes, purpose },
      granted: !missing.includes(policyName),
    })),
    connectedAt: '2026-11-23T09:00:00Z',
    authorizationExpiresAt: null,
    sync: { shopKey: KEY, stages },
  });

type Item = Freshness[number];

const aFreshness = (resource: Resource, change: Partial<Item> = {}): Item => ({
  ...{ resource, completeThrough: '2026-11-24T09:00:00Z', historyFrom: '1970-01-01T00:00:00Z' },
  ...{ historyDone: true, stale: false, unread: null },
  ...change,
});

/** All of a shop is in the figures but for what is changed. */
export const freshnessOf = (changed: Partial<Record<Resource, Partial<Item>>> = {}): Freshness =>
  RESOURCES.map((resource) => aFreshness(resource, changed[resource]));

export const unread = (records: number): Pick<Item, 'unread'> => ({
  unread: { records, from: null, through: '2026-11-24T09:00:00Z' },
});
