import { baseConfig, mongoConfig, passportConfig, secret, vaultConfig } from '@tokometrics/kit';
import { z } from 'zod';

const positive = z.coerce.number().positive();
const count = z.coerce.number().int().min(1);

export const configSchema = z.object({
  ...baseConfig,
  ...mongoConfig,
  ...vaultConfig,
  ...passportConfig,
  TIKTOK_AUTHORIZE_URL: z.url().describe('Page on which a seller approves; https, or loopback'),
  TIKTOK_TOKEN_URL: z.url().describe('Host of the token endpoints'),
  TIKTOK_API_URL: z.url().describe('Host of the signed API'),
  TIKTOK_APP_KEY: z.string().min(1).describe('App key of Partner Center'),
  TIKTOK_APP_SECRET: secret.describe('App secret: signs calls and checks webhooks'),
  TIKTOK_APP_SECRET_PREVIOUS: secret
    .optional()
    .describe('Secret before a rotation; webhooks signed with it are still accepted'),
  TIKTOK_SERVICE_ID: z.string().min(1).describe('Service id that the authorize page asks for'),
  TIKTOK_VERSIONS: z
    .string()
    .default('')
    .describe('Other versions of single calls, <call>=<yyyymm>, comma separated'),
  TIKTOK_TIMEOUT_MS: count.default(30_000).describe('How long a call may wait for its answer'),
  TIKTOK_RATE_START: positive.default(3).describe('Calls per second and shop at the beginning'),
  TIKTOK_RATE_CEILING: positive.default(20).describe('Most calls per second and shop'),
  POLL_INTERVAL_MS: count.default(15_000).describe('Between two polls for orders and products'),
  FINANCE_INTERVAL_MS: count
    .default(300_000)
    .describe('Between two polls for statements and payments'),
  INVENTORY_INTERVAL_MS: count.default(600_000).describe('Between two readings of all stock'),
  UNSETTLED_INTERVAL_MS: count
    .default(3_000_000)
    .describe('Between two readings of all that is not settled yet'),
  ORDER_PAGE_SIZE: count.max(100).default(50).describe('Orders per page: an order may be large'),
  PAGE_SIZE: count
    .max(100)
    .default(100)
    .describe('Products, statements, transactions, payments per page'),
  MAX_PAGES: count.default(10_000).describe('More pages of one listing are taken for endless'),
  LAG_LIMIT_RECORDS: count
    .default(100_000)
    .describe(
      'Records that consumers may be behind before histories wait and polls run at half rate',
    ),
  LAG_CHECK_MS: count
    .default(30_000)
    .describe(
      'Between two looks at how far consumers are behind; while histories wait, 5 s at most',
    ),
  LEASE_MS: count.default(12_000).describe('After which another instance takes a stream over'),
});
export type Config = z.infer<typeof configSchema>;
