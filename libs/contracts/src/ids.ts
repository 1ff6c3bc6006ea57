import { z } from 'zod';

/** ULIDs are identifiers, never secrets. The first character caps the 48-bit time part. */
export const ULID_PATTERN = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const ulid = z.string().regex(ULID_PATTERN);

export const merchantId = ulid.brand<'MerchantId'>();
export type MerchantId = z.infer<typeof merchantId>;

export const accountId = ulid.brand<'AccountId'>();
export type AccountId = z.infer<typeof accountId>;

/** Names one connection of one shop by one merchant; TikTok's own ids stay in the connector. */
export const shopKey = ulid.brand<'ShopKey'>();
export type ShopKey = z.infer<typeof shopKey>;

export const requestId = ulid.brand<'RequestId'>();
export type RequestId = z.infer<typeof requestId>;

/** Goes up each time the same merchant connects the same shop again; starts at 1. */
export const epoch = z.int().min(1).max(4_294_967_295);

/** TikTok ids are digit strings (15 to 20), never numbers: they exceed 2^53. */
export const tiktokId = z.string().regex(/^\d{1,20}$/);

/** `shop:<ULID>`: the scope that fences, commands and receipts speak of. */
export const scopeRef = z.string().regex(/^(shop|acct|merch):[0-7][0-9A-HJKMNP-TV-Z]{25}$/);

export function shopScope(key: ShopKey): string {
  return `shop:${key}`;
}

/** The shop of a `shop:` scope, or undefined for another kind of scope. */
export function shopOfScope(scope: string): ShopKey | undefined {
  const [kind, id] = scope.split(':');
  return kind === 'shop' ? shopKey.safeParse(id).data : undefined;
}
