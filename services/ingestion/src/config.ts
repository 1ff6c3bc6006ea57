import { baseConfig, mongoConfig, readConfig, vaultConfig } from '@tokometrics/kit';
import { z } from 'zod';

const chunk = z.coerce.number().int().min(1).max(5000);

const schema = z.object({
  ...baseConfig,
  ...mongoConfig,
  ...vaultConfig,
  LIVE_CHUNK_ROWS: chunk.default(100).describe('Records per live chunk'),
  SWEEP_SECONDS: z.coerce
    .number()
    .min(1)
    .default(21_600)
    .describe('Between two removals of what is past its time'),
  BACKFILL_CHUNK_ROWS: chunk.default(1_000).describe('Records per backfill chunk'),
});
export type Config = z.infer<typeof schema>;

export function readIngestionConfig(env: Readonly<Record<string, string | undefined>>): Config {
  return readConfig(schema, env);
}
