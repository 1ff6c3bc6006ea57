import { describe, expect, it } from '@jest/globals';
import { createMemoryLog } from './memory-log.ts';
import { engineEnv } from './engine-env.ts';
import { createSuiteClickhouse, createSuiteVault, suiteNames } from './suite.ts';
import { createClickhouse, createClock, createVault, vaultPath } from '@tokometrics/kit';

const env = engineEnv();
const names = suiteNames(import.meta);

describe('a suite on shared engines', () => {
  it('has mounts and roles of its own in Vault', async () => {
    const roles = await createSuiteVault(names);
    const role = roles['connector'];
    const vault = createVault({
      address: env.VAULT_ADDR,
      roleId: role?.roleId ?? '',
      secretId: role?.secretId ?? '',
      kvMount: names.kvMount,
      transitMount: names.transitMount,
      log: createMemoryLog().log,
      clock: createClock(),
    });
    await vault.start();

    const path = vaultPath('tiktok', '01K00000000000000000000000', '01K00000000000000000000001');
    await vault.kv.write(path, { access: 'a' }, { cas: 0 });
    const read = await vault.kv.read(path);
    await vault.stop();

    expect(read?.data).toEqual({ access: 'a' });
  });

  it('has a database of its own in ClickHouse', async () => {
    await createSuiteClickhouse(names);
    const { log } = createMemoryLog();
    const clickhouse = createClickhouse({
      url: env.CLICKHOUSE_URL,
      database: names.clickhouseDatabase,
      log,
    });
    await clickhouse.start();

    await clickhouse.command('CREATE TABLE t (x UInt8) ENGINE = MergeTree ORDER BY x');
    await clickhouse.command('INSERT INTO t VALUES (7)');
    const answer = await fetch(
      `${env.CLICKHOUSE_URL}/?database=${names.clickhouseDatabase}&query=SELECT+x+FROM+t`,
    ).then((response) => response.text());
    await clickhouse.stop();

    expect(answer.trim()).toBe('7');
  });
});
