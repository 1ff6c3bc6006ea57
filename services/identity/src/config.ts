import {
  baseConfig,
  mongoConfig,
  passportConfig,
  readConfig,
  secret,
  vaultConfig,
} from '@tokometrics/kit';
import { z } from 'zod';

const WEAKEST_SAFE_COST = 10;

const schema = z.object({
  ...baseConfig,
  ...mongoConfig,
  ...vaultConfig,
  ...passportConfig,
  PUBLIC_URL: z.url().describe('Address under which merchants reach the product; used in mails'),
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\//)
    .describe('Mail server; the only way mail leaves'),
  MAIL_FROM: z.string().default('TokoMetrics <no-reply@tokometrics.localhost>').describe('Sender'),
  PASSWORD_HASH_COST: z.coerce.number().int().min(4).max(15).default(12).describe('bcrypt cost'),
  PASSWORD_HASH_COST_UNSAFE: z
    .stringbool()
    .default(false)
    .describe('Allows a cost below 10, for tests alone'),
  DEMO_EMAIL: z.string().optional().describe('Address of a ready-made, verified account'),
  DEMO_PASSWORD: secret.optional().describe('Password of that account'),
});
export type Config = z.infer<typeof schema>;

export function readIdentityConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const config = readConfig(schema, env);
  if (config.PASSWORD_HASH_COST < WEAKEST_SAFE_COST && !config.PASSWORD_HASH_COST_UNSAFE) {
    throw new Error('PASSWORD_HASH_COST below 10 is refused; raise it');
  }
  return config;
}
