import {
  baseConfig,
  clickhouseConfig,
  mongoConfig,
  passportConfig,
  readConfig,
  vaultConfig,
} from '@tokometrics/kit';
import { z } from 'zod';

const lingerMs = z.coerce.number().int().min(10).max(60_000);

const schema = z.object({
  ...baseConfig,
  ...mongoConfig,
  ...clickhouseConfig,
  ...vaultConfig,
  ...passportConfig,
  LIVE_LINGER_MS: lingerMs
    .default(500)
    .describe('How long a live chunk waits for more records, milliseconds'),
  BACKFILL_LINGER_MS: lingerMs
    .default(1500)
    .describe('How long a backfill chunk waits for more records, milliseconds'),
});
export type Config = z.infer<typeof schema>;

export function readAnalyticsConfig(env: Readonly<Record<string, string | undefined>>): Config {
  return readConfig(schema, env);
}
