import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { createClock } from '../clock.ts';
import { createLogger } from '../logging.ts';
import type { VaultOptions } from '../vault/vault.ts';
import { requiredEnv } from './required-env.ts';

const accessors = z.object({ data: z.object({ keys: z.array(z.string()) }) });
const lookedUp = z.object({ data: z.object({ policies: z.array(z.string()) }) });

export interface VaultScope {
  readonly options: VaultOptions;
  readonly logged: string[];
  root(method: string, path: string, body?: unknown): Promise<{ status: number; data: unknown }>;
  /** Ends every token of this scope's role; answers with how many there were. */
  revokeTokens(): Promise<number>;
}

/** Mounts and an AppRole of its own, made as an operator would; `ttl` of its tokens in seconds. */
export async function createVaultScope(ttl = 3_600, maxTtl = 7_200): Promise<VaultScope> {
  const address = requiredEnv('VAULT_ADDR');
  const token = requiredEnv('VAULT_ROOT_TOKEN');
  const id = randomUUID().slice(0, 8);
  const root: VaultScope['root'] = async (method, path, body) => {
    const response = await fetch(`${address}/v1/${path}`, {
      method,
      headers: { 'X-Vault-Token': token },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const data: unknown = text === '' ? undefined : JSON.parse(text);
    return { status: response.status, data };
  };
  const must = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const { status, data } = await root(method, path, body);
    if (status >= 300) {
      throw new Error(`${method} ${path}: ${String(status)} ${JSON.stringify(data)}`);
    }
    return data;
  };

  const kvMount = `kv-${id}`;
  const transitMount = `transit-${id}`;
  await must('POST', `sys/mounts/${kvMount}`, { type: 'kv', options: { version: '2' } });
  await must('POST', `sys/mounts/${transitMount}`, { type: 'transit' });
  await untilWritable(root, kvMount);
  await must('POST', `${transitMount}/config/keys`, { disable_upsert: true });
  await root('POST', 'sys/auth/approle', { type: 'approle' });
  await must('PUT', `sys/policies/acl/${id}`, {
    policy: `path "${kvMount}/*" { capabilities = ["create","read","update","delete","list"] }
      path "${transitMount}/*" { capabilities = ["create","read","update","delete","list"] }`,
  });
  await must('POST', `auth/approle/role/${id}`, {
    token_policies: [id],
    token_ttl: ttl,
    token_max_ttl: maxTtl,
  });
  const roleId = stringIn(await must('GET', `auth/approle/role/${id}/role-id`), 'role_id');
  const secretId = stringIn(
    await must('POST', `auth/approle/role/${id}/secret-id`, {}),
    'secret_id',
  );

  const logged: string[] = [];
  const log = createLogger({
    service: 'test',
    level: 'debug',
    destination: { write: (line) => logged.push(line) },
  });
  const clock = createClock();
  const options = { address, roleId, secretId, kvMount, transitMount, log, clock };
  const revokeTokens = async (): Promise<number> => {
    const { data } = accessors.parse(await must('GET', 'auth/token/accessors?list=true'));
    let revoked = 0;
    for (const accessor of data.keys) {
      // One that ended meanwhile is nobody's.
      const found = await root('POST', 'auth/token/lookup-accessor', { accessor });
      if (lookedUp.safeParse(found.data).data?.data.policies.includes(id) === true) {
        await must('POST', 'auth/token/revoke-accessor', { accessor });
        revoked += 1;
      }
    }
    return revoked;
  };
  return { options, logged, root, revokeTokens };
}

async function untilWritable(root: VaultScope['root'], kvMount: string): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const body = { max_versions: 1, cas_required: true };
    const { status } = await root('POST', `${kvMount}/config`, body);
    if (status < 300) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the KV mount does not become ready');
}

function stringIn(answer: unknown, name: string): string {
  const data: unknown =
    typeof answer === 'object' && answer ? Reflect.get(answer, 'data') : undefined;
  const value: unknown = typeof data === 'object' && data ? Reflect.get(data, name) : undefined;
  if (typeof value !== 'string') {
    throw new Error(`no ${name} in the answer`);
  }
  return value;
}
