/** Where the shared engines of a test run are; given by `npm test` or by Jest's global set-up. */
export interface EngineEnv {
  readonly KAFKA_BROKERS: string;
  readonly MONGO_URL: string;
  readonly CLICKHOUSE_URL: string;
  readonly VAULT_ADDR: string;
  readonly VAULT_ROOT_TOKEN: string;
}

/** A test that needs an engine never skips: without one it fails with what to do. */
export function engineEnv(
  env: Readonly<Record<string, string | undefined>> = process.env,
): EngineEnv {
  const missing: string[] = [];
  const read = (key: keyof EngineEnv): string => {
    const value = env[key];
    if (value === undefined || value === '') {
      missing.push(key);
    }
    return value ?? '';
  };
  const found: EngineEnv = {
    KAFKA_BROKERS: read('KAFKA_BROKERS'),
    MONGO_URL: read('MONGO_URL'),
    CLICKHOUSE_URL: read('CLICKHOUSE_URL'),
    VAULT_ADDR: read('VAULT_ADDR'),
    VAULT_ROOT_TOKEN: read('VAULT_ROOT_TOKEN'),
  };
  if (missing.length > 0) {
    throw new Error(
      `This test needs real engines and does not know where they are (${missing.join(', ')} not set). ` +
        'Run it as `npm test -- --only int --project <name>`, which starts them, or set their addresses.',
    );
  }
  return found;
}
