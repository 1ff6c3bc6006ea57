import { z } from 'zod';
import { epoch, shopKey } from '../ids.ts';
import { ERROR_REASONS } from '../reasons.ts';
import { resource } from '../resources.ts';
import { instant, timeZone } from '../time.ts';

export const connectBody = z.strictObject({
  region: z.string().regex(/^[A-Z]{2}$/),
  timezone: timeZone,
  label: z.string().max(80).optional(),
});
export const permission = z.object({
  policyName: z.string(),
  tiktokScopes: z.array(z.string()),
  purpose: z.string(),
  granted: z.boolean(),
});
export const connectReply = z.object({
  connectId: z.string(),
  authorizeUrl: z.url(),
  expiresAt: instant,
  categories: z.array(permission.omit({ granted: true })),
});
/** The platform's redirect. It may add parameters of its own, hence loose. */
export const callbackQuery = z.looseObject({
  state: z.string().max(200).optional(),
  code: z.string().max(500).optional(),
  error: z.string().max(100).optional(),
});
export const connectResult = z.object({
  state: z.enum(['pending', 'granted', 'denied', 'expired', 'failed']),
  shops: z.array(z.object({ shopKey, name: z.string(), region: z.string() })),
  missing: z.array(z.string()),
  /** Why nothing was connected, where more than the state is known. */
  reason: z.enum(ERROR_REASONS).nullable().default(null),
});

export const progress = z.object({
  done: z.int().min(0),
  total: z.int().min(0).nullable(),
  unit: z.string(),
  ratePerMinute: z.int().min(0).nullable(),
  etaSeconds: z.int().min(0).nullable(),
});
export const syncStage = z.object({
  resource,
  state: z.enum(['waiting', 'running', 'done', 'paused', 'failed']),
  progress,
  newestLoaded: instant.nullable(),
  oldestLoaded: instant.nullable(),
  error: z.string().nullable(),
});
export const syncStatus = z.object({ shopKey, stages: z.array(syncStage) });
export type SyncStatus = z.infer<typeof syncStatus>;

export const shop = z.object({
  shopKey,
  epoch,
  label: z.string(),
  name: z.string(),
  region: z.string(),
  sellerType: z.string(),
  currency: z.string().nullable(),
  status: z.enum(['active', 'reauth_required', 'paused', 'disconnecting']),
  timezone: timeZone,
  categories: z.array(permission),
  connectedAt: instant,
  authorizationExpiresAt: instant.nullable(),
  sync: syncStatus,
});
export type Shop = z.infer<typeof shop>;
export const shopList = z.object({ items: z.array(shop), nextCursor: z.null() });
