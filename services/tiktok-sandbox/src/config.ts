import { baseConfig, secret } from '@tokometrics/kit';
import { z } from 'zod';
import { MOST_ORDERS_FACTOR } from './domain/order-rates.ts';

const port = z.coerce.number().int().min(0).max(65_535);

export const configSchema = z.object({
  PORT: baseConfig.PORT,
  OPS_PORT: baseConfig.OPS_PORT,
  HOST: baseConfig.HOST,
  LOG_LEVEL: baseConfig.LOG_LEVEL,
  CLOCK_AT: baseConfig.CLOCK_AT,
  CONTROL_PORT: port
    .default(0)
    .describe('Port of the control API, loopback only; 0 = any free one'),
  TIKTOK_APP_KEY: z.string().min(1).describe('The one app that this shop knows'),
  TIKTOK_APP_SECRET: secret.describe('Its secret: key of every signature'),
  TIKTOK_SERVICE_ID: z.string().min(1).describe('Its id on the authorize page'),
  APP_REDIRECT_URL: z
    .url({ protocol: /^https?$/ })
    .describe('Where the authorize page sends the person back to'),
  WEBHOOK_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Target of webhooks, until the control API names another'),
  SANDBOX_DATA_DIR: z.string().min(1).describe('Directory of the state file'),
  RETAIL_CSV: z
    .string()
    .optional()
    .describe('Invoices of the retail shop (.csv, .csv.gz, .csv.br); default the UCI year'),
  SEED: z
    .string()
    .regex(/^\d{1,12}$/)
    .default('20260212')
    .describe('Seed of the synthetic shops'),
  SYNTHETIC_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(800)
    .default(400)
    .describe('Local days of history of the synthetic shops'),
  ORDERS_FACTOR: z.coerce
    .number()
    .min(0)
    .max(MOST_ORDERS_FACTOR)
    .default(1)
    .describe('How many times their usual orders the synthetic shops get'),
  RATE_LIMIT_RPS: z.coerce.number().min(0).default(20).describe('Calls per second; 0 = no limit'),
  RATE_LIMIT_BURST: z.coerce.number().min(1).default(40).describe('Calls at once'),
});
export type Config = z.output<typeof configSchema>;
