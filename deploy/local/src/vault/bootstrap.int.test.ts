import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Engines } from '../engines/start-engines.ts';
import { repositoryRoot, startTestEngines } from '../testing/test-engine.ts';
import { bootstrapVault } from './bootstrap.ts';

const KV = 'suite_kv';
const TRANSIT = 'suite_tr';
const options = {
  policiesDir: join(repositoryRoot, 'deploy', 'vault', 'policies'),
  kvMount: KV,
  transitMount: TRANSIT,
  prefix: 'suite-',
};
let engines: Engines;
let address = '';
let rootToken = '';
const tokens = new Map<string, string>();

async function call(who: string, method: string, path: string, body?: unknown) {
  const response = await fetch(`${address}/v1/${path}`, {
    method,
    headers: { 'X-Vault-Token': tokens.get(who) ?? rootToken },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text() };
}

beforeAll(async () => {
  engines = await startTestEngines('vault');
  address = engines.env['VAULT_ADDR'] ?? '';
  rootToken = engines.env['VAULT_ROOT_TOKEN'] ?? '';
  const roles = await bootstrapVault({ address, rootToken, ...options });
  for (const [name, { roleId, secretId }] of Object.entries(roles)) {
    const answer = await call('root', 'POST', 'auth/approle/login', {
      role_id: roleId,
      secret_id: secretId,
    });
    tokens.set(name, /"client_token":"([^"]+)"/.exec(answer.text)?.[1] ?? '');
  }
  await call('root', 'POST', `${KV}/data/tiktok/m/a`, {
    data: { token: 'x' },
    options: { cas: 0 },
  });
  await call('root', 'POST', `${TRANSIT}/keys/k-live-1`, { type: 'aes256-gcm96' });
  await call('root', 'POST', `${TRANSIT}/keys/k-gone-1`, { type: 'aes256-gcm96' });
  await call('root', 'POST', `${TRANSIT}/keys/a-one`, { type: 'aes256-gcm96' });
}, 60_000);

afterAll(async () => {
  await engines.stop();
});

const plaintext = Buffer.from('x').toString('base64');

describe('the policies', () => {
  it.each([
    ['connector', 'GET', `${KV}/data/tiktok/m/a`, undefined],
    ['connector', 'POST', `${TRANSIT}/keys/k-new-1`, { type: 'aes256-gcm96' }],
    ['connector', 'POST', `${TRANSIT}/datakey/plaintext/k-live-1`, {}],
    ['connector', 'POST', `${TRANSIT}/keys/svc-connector`, { type: 'ed25519' }],
    ['ingestion', 'POST', `${TRANSIT}/datakey/plaintext/k-live-1`, {}],
    ['analytics-replay', 'POST', `${TRANSIT}/keys/svc-analytics`, { type: 'ed25519' }],
    ['identity', 'POST', `${TRANSIT}/encrypt/a-one`, { plaintext }],
    [
      'identity',
      'POST',
      `${KV}/data/identity/pepper/1`,
      { data: { key: 'x' }, options: { cas: 0 } },
    ],
    ['privacy', 'GET', `${KV}/metadata/tiktok/m/a`, undefined],
    ['privacy', 'POST', `${TRANSIT}/datakey/wrapped/k-live-1`, {}],
    ['privacy', 'POST', `${TRANSIT}/keys/k-gone-1/config`, { deletion_allowed: true }],
    ['privacy', 'DELETE', `${TRANSIT}/keys/k-gone-1`, undefined],
    ['privacy', 'POST', `${TRANSIT}/keys/ledger-signer`, { type: 'ed25519' }],
    ['privacy-verifier', 'LIST', `${KV}/metadata/tiktok/m`, undefined],
    ['privacy-verifier', 'LIST', `${TRANSIT}/keys`, undefined],
  ])('let %s %s %s', async (who, method, path, body) => {
    expect((await call(who, method, path, body)).status).toBeLessThan(300);
  });

  it.each([
    ['connector', 'POST', `${TRANSIT}/keys/k-live-1/config`, { deletion_allowed: true }],
    ['connector', 'POST', `${TRANSIT}/keys/k-new-2`, { type: 'aes256-gcm96', exportable: true }],
    ['connector', 'DELETE', `${TRANSIT}/keys/k-live-1`, undefined],
    ['connector', 'POST', `${TRANSIT}/decrypt/a-one`, { ciphertext: 'vault:v1:x' }],
    ['connector', 'GET', `${KV}/data/identity/pepper/1`, undefined],
    ['ingestion', 'GET', `${KV}/data/tiktok/m/a`, undefined],
    ['analytics', 'GET', `${KV}/data/tiktok/m/a`, undefined],
    ['analytics', 'POST', `${TRANSIT}/decrypt/k-live-1`, { ciphertext: 'vault:v1:x' }],
    ['analytics-replay', 'GET', `${KV}/data/tiktok/m/a`, undefined],
    ['analytics-replay', 'POST', `${TRANSIT}/datakey/plaintext/k-live-1`, {}],
    ['analytics-replay', 'POST', `${TRANSIT}/decrypt/a-one`, { ciphertext: 'vault:v1:x' }],
    ['gateway', 'POST', `${TRANSIT}/datakey/plaintext/k-live-1`, {}],
    ['identity', 'GET', `${KV}/data/tiktok/m/a`, undefined],
    ['identity', 'POST', `${TRANSIT}/datakey/plaintext/k-live-1`, {}],
    ['privacy', 'GET', `${KV}/data/tiktok/m/a`, undefined],
    ['privacy', 'POST', `${TRANSIT}/datakey/plaintext/k-live-1`, {}],
    ['privacy', 'DELETE', `${TRANSIT}/keys/svc-connector`, undefined],
    ['privacy-verifier', 'GET', `${KV}/data/tiktok/m/a`, undefined],
    ['privacy-verifier', 'DELETE', `${KV}/metadata/tiktok/m/a`, undefined],
    ['privacy-verifier', 'DELETE', `${TRANSIT}/keys/k-live-1`, undefined],
  ])('refuse %s %s %s', async (who, method, path, body) => {
    expect((await call(who, method, path, body)).status).toBe(403);
  });
});

describe('the mounts', () => {
  it('keep one version, ask for compare-and-set, and make no key by accident', async () => {
    const config = await call('root', 'GET', `${KV}/config`);
    const blind = await call('connector', 'POST', `${KV}/data/tiktok/m/b`, { data: { a: 1 } });
    const upsert = await call('root', 'POST', `${TRANSIT}/encrypt/never-made`, { plaintext });

    expect(config.text).toMatch(/"cas_required":true.*"max_versions":1/);
    expect([blind.status, upsert.status]).toEqual([400, 400]);
  });

  it('can be made again: secrets stay, and the roles of before end', async () => {
    const again = await bootstrapVault({ address, rootToken, ...options });

    expect((await call('root', 'GET', `${KV}/data/tiktok/m/a`)).status).toBe(200);
    expect(Object.keys(again)).toContain('privacy-verifier');
  });

  it('survive a SIGKILL of the server, which unseals itself', async () => {
    await engines.engines.vault?.kill('SIGKILL');
    await engines.engines.vault?.restart();

    expect((await call('root', 'GET', `${KV}/data/tiktok/m/a`)).text).toContain('"token":"x"');
  });
});
