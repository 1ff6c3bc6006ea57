import { z } from 'zod';
import { accountId, epoch, merchantId, shopKey, ULID_PATTERN } from '../ids.ts';
import { currency } from '../money.ts';
import { instant, timeZone } from '../time.ts';

/** Compacted by shopKey: the newest record is the truth about a connection. ULIDs and settings only. */
export const shopLifecycle = z.object({
  v: z.literal(1),
  shopKey,
  merchantId,
  epoch,
  /** The authorization that this connection belongs to; several shops may share one. */
  authKey: z.string().regex(ULID_PATTERN),
  /** `deauthorized`: TikTok has confirmed that the seller ended our access; its erasure is due. */
  state: z.enum(['connected', 'reauth_required', 'deauthorized', 'disconnected']),
  region: z.string(),
  timezone: timeZone,
  currency: currency.nullable(),
  connectedAt: instant,
  /** When this connection began to be synced from; live sync starts here, backfill goes back from it. */
  at: instant,
});
export type ShopLifecycle = z.infer<typeof shopLifecycle>;

export const accountLifecycle = z.object({
  v: z.literal(1),
  accountId,
  merchantId,
  state: z.enum(['active']),
  at: instant,
});
export type AccountLifecycle = z.infer<typeof accountLifecycle>;

/** Only identity knows an address: others ask for a mail by account or merchant, and template. */
export const mailRequested = z.object({
  v: z.literal(1),
  mailId: z.string(),
  /** Null: every account of the merchant gets it. */
  accountId: accountId.nullable(),
  merchantId: merchantId.nullable().default(null),
  template: z.enum([
    'shop_connected',
    'shop_connected_twice',
    'shop_deauthorized',
    'shop_disconnected',
    'erasure_receipt',
  ]),
  /** Path within the product that the mail links to; never a full address. */
  path: z.string().regex(/^\/[\w/?=&.-]*$/),
  at: instant,
});
export type MailRequested = z.infer<typeof mailRequested>;
