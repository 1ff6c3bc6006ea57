import type { StoreId } from '@tokometrics/contracts';
import { createClickhouse, createMongo, createVault, Lifecycle } from '@tokometrics/kit';
import type { Clock, KafkaAdmin, Lifecycled, Logger, Secret } from '@tokometrics/kit';
import { countOfAccount, createClickhouseVerifier } from './verifier-clickhouse.ts';
import { createKafkaVerifier } from './verifier-kafka.ts';
import { createMongoVerifier } from './verifier-mongo.ts';
import type { DatabaseReader } from './verifier-mongo.ts';
import { createVerifier } from './verifier.ts';

export interface VerificationConfig {
  readonly VERIFIER_MONGO_URL: string;
  readonly VERIFIER_MONGO_DATABASES: string;
  readonly VERIFIER_CLICKHOUSE_URL: string;
  readonly CLICKHOUSE_DATABASE: string;
  readonly VAULT_ADDR: string;
  readonly VERIFIER_VAULT_ROLE_ID: string;
  readonly VERIFIER_VAULT_SECRET_ID: Secret;
  readonly VAULT_KV_MOUNT: string;
  readonly VAULT_TRANSIT_MOUNT: string;
}

const OWNERS = ['identity', 'connector', 'ingestion', 'analytics', 'privacy'];

/** The verifier with connections and credentials of its own; none of them can change anything. */
export function createVerification(
  config: VerificationConfig,
  parts: { readonly clock: Clock; readonly admin: KafkaAdmin; readonly log: Logger },
) {
  const { clock, admin, log } = parts;
  const renamed = new Map(
    config.VERIFIER_MONGO_DATABASES.split(',').map((pair) => {
      const [owner = '', database = ''] = pair.split('=');
      return [owner, database];
    }),
  );
  const databases = new Map(
    OWNERS.map((owner) => {
      const database = renamed.get(owner) ?? owner;
      return [owner, createMongo({ url: config.VERIFIER_MONGO_URL, database, log })];
    }),
  );
  const databaseOf = (owner: string): DatabaseReader => {
    const database = databases.get(owner);
    if (database === undefined) {
      throw new TypeError('no service of that name has a database');
    }
    return database;
  };
  const clickhouse = createClickhouse({
    url: config.VERIFIER_CLICKHOUSE_URL,
    database: config.CLICKHOUSE_DATABASE,
    log,
  });
  const vault = createVault({
    address: config.VAULT_ADDR,
    roleId: config.VERIFIER_VAULT_ROLE_ID,
    secretId: config.VERIFIER_VAULT_SECRET_ID,
    kvMount: config.VAULT_KV_MOUNT,
    transitMount: config.VAULT_TRANSIT_MOUNT,
    log,
    clock,
  });
  const kafka = createKafkaVerifier(admin);
  const lifecycle: Lifecycled = new Lifecycle([...databases.values(), clickhouse, vault, admin]);
  return {
    lifecycle,
    databaseOf,
    countOfAccount: (storeId: StoreId, accountId: string) =>
      countOfAccount(clickhouse, storeId, accountId),
    topicEnds: kafka.topicEnds,
    verifier: createVerifier({
      readers: [createMongoVerifier(databaseOf, OWNERS), createClickhouseVerifier(clickhouse)],
      kafka,
      vault,
      log,
    }),
  };
}
