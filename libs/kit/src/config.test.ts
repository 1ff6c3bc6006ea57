import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import {
  baseConfig,
  clickhouseConfig,
  ConfigError,
  mongoConfig,
  passportConfig,
  readConfig,
  vaultConfig,
} from './config.ts';
import { Secret } from './secret.ts';

const schema = z.object({ ...baseConfig, ...mongoConfig, ...clickhouseConfig, ...vaultConfig });

const env = {
  PORT: '4001',
  OPS_PORT: '0',
  KAFKA_BROKERS: '127.0.0.1:9092',
  MONGO_URL: 'mongodb://127.0.0.1:27017',
  CLICKHOUSE_URL: 'http://127.0.0.1:8123',
  VAULT_ADDR: 'http://127.0.0.1:8200',
  VAULT_ROLE_ID: 'role',
  VAULT_SECRET_ID: 'canary-9d1f',
  UNRELATED: 'ignored',
};

describe('readConfig', () => {
  it('reads typed values and fills defaults', () => {
    const config = readConfig(schema, env);

    expect(config).toMatchObject({
      PORT: 4001,
      OPS_PORT: 0,
      HOST: '127.0.0.1',
      LOG_LEVEL: 'info',
      KAFKA_TOPIC_PREFIX: '',
      CLICKHOUSE_DATABASE: 'tokometrics',
      VAULT_KV_MOUNT: 'secret',
      VAULT_TRANSIT_MOUNT: 'transit',
    });
    expect(config.INSTANCE_ID).toMatch(/^[0-9A-Z]{26}$/);
    expect(config).not.toHaveProperty('UNRELATED');
    expect(config.VAULT_SECRET_ID.reveal()).toBe('canary-9d1f');
  });

  it('counts an empty variable as absent', () => {
    expect(readConfig(schema, { ...env, LOG_LEVEL: '', MONGO_DATABASE: '' })).toMatchObject({
      LOG_LEVEL: 'info',
    });
  });

  it('names every refused key and no value', () => {
    const wrong = { ...env, PORT: 'canary-port', VAULT_ADDR: 'canary-url', MONGO_URL: undefined };

    const failure = failureOf(() => readConfig(schema, wrong));

    expect(failure).toBeInstanceOf(ConfigError);
    expect(inspect(failure)).toContain('PORT (invalid_type)');
    expect(inspect(failure)).toContain('MONGO_URL (missing)');
    expect(inspect(failure)).toContain('VAULT_ADDR (invalid_format)');
    expect(inspect(failure)).not.toContain('canary');
  });

  it('takes only http addresses for identity', () => {
    expect(() => readConfig(z.object(passportConfig), { IDENTITY_URL: 'file:///x' })).toThrow(
      'IDENTITY_URL',
    );
  });

  it('names a rule over several keys', () => {
    const both = z.object({ A: z.string().optional() }).refine(() => false, 'x');

    expect(() => readConfig(both, {})).toThrow('(all)');
  });
});

describe('Secret', () => {
  it('hides its value wherever it is printed', () => {
    const held = new Secret('canary-77');

    const printed = [
      String(held),
      JSON.stringify({ held }),
      inspect({ held }, { showHidden: true, depth: 9 }),
      JSON.stringify(Object.entries(held)),
    ].join(' ');

    expect(inspect({ held })).toBe('{ held: [secret] }');
    expect(printed).toContain('[secret]');
    expect(printed).not.toContain('canary-77');
    expect(held.reveal()).toBe('canary-77');
  });
});

function failureOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
