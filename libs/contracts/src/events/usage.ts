import { z } from 'zod';
import { accountId, ULID_PATTERN } from '../ids.ts';
import { instant } from '../time.ts';

/** Patterns of the pages that are told of: never an id, a query or a path as it was typed. */
export const USAGE_PAGES = [
  '/overview',
  '/today',
  '/orders',
  '/orders/$orderId',
  '/products/$productId',
  '/settings/connect',
  '/settings/privacy',
  '/settings/profile',
] as const;
export const USAGE_FEATURES = ['proof', 'custom_range', 'receipt'] as const;

export const usagePage = z.enum(USAGE_PAGES);
export type UsagePage = z.infer<typeof usagePage>;
export const usageFeature = z.enum(USAGE_FEATURES);
export type UsageFeature = z.infer<typeof usageFeature>;

const DAY_SECONDS = 86_400;
const visitSeconds = z.int().min(0).max(DAY_SECONDS);

/** A page that was looked at, or a feature that was used on it. */
export const usageVisit = z.strictObject({
  page: usagePage,
  feature: usageFeature.optional(),
  enteredAt: instant,
  seconds: visitSeconds,
});
export const usageBody = z.strictObject({ events: z.array(usageVisit).min(1).max(50) });

/** `tm.usage.page.v1`: all that is ever recorded of using the product, and for 90 days. */
export const usageEvent = z.strictObject({
  v: z.literal(1),
  eventId: z.string().regex(ULID_PATTERN),
  accountId,
  page: usagePage,
  feature: usageFeature.nullable(),
  at: instant,
  seconds: visitSeconds,
  browser: z.string().max(20),
  os: z.string().max(20),
  /** Of the device that was remembered at sign-in; null where none was. */
  deviceHash: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .nullable(),
  /** Cut to its network (/24, /48) before it is written anywhere; archived sealed, never in ClickHouse. */
  network: z.string().max(60),
});
export type UsageEvent = z.infer<typeof usageEvent>;
