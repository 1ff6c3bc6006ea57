import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

export interface BootstrapVaultOptions {
  readonly address: string;
  readonly rootToken: string;
  /** The folder of `<service>.hcl`, written for the mounts `secret` and `transit`. */
  readonly policiesDir: string;
  readonly kvMount?: string;
  readonly transitMount?: string;
  /** Put before the names of policies and roles; suites that share one Vault need each their own. */
  readonly prefix?: string;
}

export interface AppRole {
  readonly roleId: string;
  readonly secretId: string;
}

type Call = (method: string, path: string, body?: unknown) => Promise<Record<string, unknown>>;

/** Mount names and prefixes go into paths and policies as they are: plain names only. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;

/** Writes at the same moment may collide in the storage, which answers 5xx: then once more. */
function createCall(address: string, token: string): Call {
  const once = createSingleCall(address, token);
  return async (method, path, body) => {
    const until = Date.now() + 10_000;
    for (;;) {
      try {
        return await once(method, path, body);
      } catch (error) {
        if (!(error instanceof VaultBusy) || Date.now() > until) {
          throw error;
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  };
}

class VaultBusy extends Error {}

function createSingleCall(address: string, token: string): Call {
  return async (method, path, body) => {
    const response = await fetch(`${address}/v1/${path}`, {
      method,
      headers: { 'X-Vault-Token': token },
      signal: AbortSignal.timeout(10_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) {
      const told = `Vault ${method} ${path}: ${String(response.status)} ${text.slice(0, 300)}`;
      throw response.status >= 500 ? new VaultBusy(told) : new Error(told);
    }
    const answer: unknown = text === '' ? {} : JSON.parse(text);
    return isRecord(answer) ? answer : {};
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function field(answer: Record<string, unknown>, name: string): string {
  const data = answer['data'];
  const value = isRecord(data) ? data[name] : undefined;
  if (typeof value !== 'string') {
    throw new Error(`Vault's answer has no ${name}`);
  }
  return value;
}

/** A fresh KV mount refuses for a moment, while it makes itself ready. */
async function patiently(work: () => Promise<unknown>): Promise<void> {
  const until = Date.now() + 10_000;
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      if (Date.now() > until) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function mount(call: Call, kvMount: string, transitMount: string): Promise<void> {
  const mounts = await call('GET', 'sys/mounts');
  const isMounted = (name: string) => `${name}/` in mounts;
  if (!isMounted(kvMount)) {
    await call('POST', `sys/mounts/${kvMount}`, { type: 'kv', options: { version: '2' } });
  }
  // One version only, so that a deleted or replaced token leaves no older copy behind.
  await patiently(() => call('POST', `${kvMount}/config`, { max_versions: 1, cas_required: true }));
  if (!isMounted(transitMount)) {
    await call('POST', `sys/mounts/${transitMount}`, { type: 'transit' });
  }
  // Else sealing under a shredded key's name would quietly create a new key.
  await call('POST', `${transitMount}/config/keys`, { disable_upsert: true });
  // Suites that share one Vault may come here at the same time: the loser looks again.
  await patiently(async () => {
    const auths = await call('GET', 'sys/auth');
    if (!('approle/' in auths)) {
      await call('POST', 'sys/auth/approle', { type: 'approle' });
    }
  });
}

function forMounts(policy: string, kvMount: string, transitMount: string): string {
  return policy
    .replaceAll('path "secret/', `path "${kvMount}/`)
    .replaceAll('path "transit/', `path "${transitMount}/`);
}

/** A new role each time: credentials of earlier runs end with the role that they belong to. */
async function createRole(call: Call, role: string, policy: string): Promise<AppRole> {
  const path = `auth/approle/role/${role}`;
  await call('DELETE', path);
  await call('POST', path, {
    token_policies: [policy],
    token_no_default_policy: false,
    token_ttl: '1h',
    token_max_ttl: '24h',
    secret_id_num_uses: 0,
  });
  const { 0: roleAnswer, 1: secretAnswer } = await Promise.all([
    call('GET', `${path}/role-id`),
    call('POST', `${path}/secret-id`, {}),
  ]);
  return { roleId: field(roleAnswer, 'role_id'), secretId: field(secretAnswer, 'secret_id') };
}

/**
 * Mounts, policies and one AppRole per policy file. Safe to repeat; keys and secrets stay.
 * The answer is keyed by the policy's file name: `connector`, `privacy-verifier`, …
 */
export async function bootstrapVault(
  options: BootstrapVaultOptions,
): Promise<Readonly<Record<string, AppRole>>> {
  const { address, rootToken, policiesDir } = options;
  const { kvMount = 'secret', transitMount = 'transit', prefix = '' } = options;
  const odd = [kvMount, transitMount, `x${prefix}`].find((name) => !NAME.test(name));
  if (odd !== undefined) {
    throw new Error(`${odd} is no name for a mount or role`);
  }
  const call = createCall(address, rootToken);
  await mount(call, kvMount, transitMount);
  const names = readdirSync(policiesDir)
    .filter((file) => file.endsWith('.hcl'))
    .map((file) => basename(file, '.hcl'));
  const roles: [string, AppRole][] = [];
  for (const name of names) {
    const text = readFileSync(join(policiesDir, `${name}.hcl`), 'utf8');
    const role = `${prefix}${name}`;
    await call('PUT', `sys/policies/acl/${role}`, {
      policy: forMounts(text, kvMount, transitMount),
    });
    roles.push([name, await createRole(call, role, role)]);
  }
  return Object.fromEntries(roles);
}
