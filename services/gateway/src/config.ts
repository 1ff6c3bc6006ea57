import { baseConfig, passportConfig, readConfig, secret, vaultConfig } from '@tokometrics/kit';
import { z } from 'zod';

const service = z.url({ protocol: /^https?$/ });

const schema = z.object({
  ...baseConfig,
  ...passportConfig,
  ...vaultConfig,
  CONNECTOR_URL: service.describe('Address of the connector'),
  ANALYTICS_URL: service.describe('Address of analytics'),
  PRIVACY_URL: service.describe('Address of privacy'),
  PUBLIC_URL: service.describe('Address under which browsers reach the gateway'),
  DASHBOARD_DIR: z.string().min(1).describe('Folder of the built dashboard'),
  CSRF_KEY: secret.describe('Key of the tokens that unsafe requests carry; 32 bytes or more'),
  RATE_LIMIT_PER_MINUTE: z.coerce
    .number()
    .int()
    .min(1)
    .default(600)
    .describe('Requests a minute of a session, and of an address without one'),
  TRUSTED_PROXIES: z.coerce
    .number()
    .int()
    .min(0)
    .max(5)
    .default(0)
    .describe('Proxies in front whose X-Forwarded-For is believed'),
});
export type Config = z.infer<typeof schema>;

export function readGatewayConfig(env: Readonly<Record<string, string | undefined>>): Config {
  return readConfig(schema, env);
}
