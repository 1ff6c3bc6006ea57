import { createPublicKey, verify } from 'node:crypto';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../testing/until.ts';
import { createVaultScope } from '../testing/vault.ts';
import type { VaultScope } from '../testing/vault.ts';
import type { Vault } from './client-types.ts';
import { vaultPath } from './vault-path.ts';
import { KeyShredded } from './vault-errors.ts';
import { createVault } from './vault.ts';

const SECRET = 'canary-token-value-1f9a';
let scope: VaultScope;
let vault: Vault;
const servers: Server[] = [];

/** A server that stands where Vault should be and misbehaves. */
async function listen(handler: RequestListener): Promise<string> {
  const server = createServer(handler);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address ? `http://127.0.0.1:${address.port}` : '';
}

const loginAnswer = JSON.stringify({ auth: { client_token: SECRET, lease_duration: 3_600 } });

async function failureOf(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => error as Error,
  );
}

beforeAll(async () => {
  scope = await createVaultScope();
  vault = createVault(scope.options);
  await vault.start();
}, 30_000);

afterAll(async () => {
  await vault.stop();
});

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

describe('kv', () => {
  it('creates, replaces and reads by compare-and-set', async () => {
    const path = vaultPath('tiktok', 'm1', 'a1');

    expect(await vault.kv.read(path)).toBeUndefined();
    expect(await vault.kv.write(path, { access: 'x' }, { cas: 0 })).toBe(1);
    expect(await vault.kv.write(path, { access: 'y' }, { cas: 1 })).toBe(2);

    expect(await vault.kv.read(path)).toEqual({ data: { access: 'y' }, version: 2 });
  });

  it('refuses a write over a version that is not the newest, and a second creation', async () => {
    const path = vaultPath('tiktok', 'm1', 'a2');
    await vault.kv.write(path, { access: 'x' }, { cas: 0 });

    await expect(vault.kv.write(path, {}, { cas: 0 })).rejects.toMatchObject({
      code: 'resource.conflict',
    });
    await expect(vault.kv.write(path, {}, { cas: 7 })).rejects.toMatchObject({
      code: 'resource.conflict',
    });
  });

  it('destroys for good: no read, no listing, no late refresh brings it back', async () => {
    const path = vaultPath('tiktok', 'm2', 'a1');
    await vault.kv.write(path, { access: SECRET }, { cas: 0 });
    expect(await vault.kv.exists(path)).toBe(true);
    expect(await vault.kv.list(vaultPath('tiktok', 'm2'))).toEqual(['a1']);

    await vault.kv.destroy(path);
    await vault.kv.destroy(path);

    expect(await vault.kv.exists(path)).toBe(false);
    expect(await vault.kv.read(path)).toBeUndefined();
    expect(await vault.kv.list(vaultPath('tiktok', 'm2'))).toEqual([]);
    await expect(vault.kv.write(path, { access: 'late' }, { cas: 1 })).rejects.toMatchObject({
      code: 'resource.conflict',
    });
    const mount = scope.options.kvMount;
    await scope.root('POST', `${mount}/undelete/tiktok/m2/a1`, { versions: [1] });
    expect((await scope.root('GET', `${mount}/data/tiktok/m2/a1`)).status).toBe(404);
  });
});

describe('transit', () => {
  it('wraps a data key that only its key opens', async () => {
    await vault.transit.createKey('k-one-1');
    await vault.transit.createKey('k-one-1');

    const { plaintext, wrapped } = await vault.transit.dataKey('k-one-1');

    expect(plaintext).toHaveLength(32);
    expect(await vault.transit.unwrap('k-one-1', wrapped)).toEqual(plaintext);
    const alone = await vault.transit.wrappedDataKey('k-one-1');
    expect(await vault.transit.unwrap('k-one-1', alone)).toHaveLength(32);
    expect(await vault.transit.listKeys()).toContain('k-one-1');
    expect(await vault.transit.readKey('k-one-1')).toMatchObject({
      type: 'aes256-gcm96',
      exportable: false,
      deletionAllowed: false,
    });
  });

  it('says KeyShredded after a deletion, and only then', async () => {
    await vault.transit.createKey('k-two-1');
    const { wrapped } = await vault.transit.dataKey('k-two-1');
    await expect(vault.transit.deleteKey('k-two-1')).rejects.toMatchObject({ code: 'internal' });
    await expect(
      vault.transit.unwrap('k-two-1', 'vault:v1:bm90IGEgY2lwaGVydGV4dCBhdCBhbGw='),
    ).rejects.not.toBeInstanceOf(KeyShredded);

    await vault.transit.allowDeletion('k-two-1');
    expect((await vault.transit.readKey('k-two-1'))?.deletionAllowed).toBe(true);
    await vault.transit.deleteKey('k-two-1');
    await vault.transit.deleteKey('k-two-1');

    expect(await vault.transit.readKey('k-two-1')).toBeUndefined();
    await expect(vault.transit.unwrap('k-two-1', wrapped)).rejects.toBeInstanceOf(KeyShredded);
    await expect(vault.transit.dataKey('k-two-1')).rejects.toBeInstanceOf(KeyShredded);
  });

  it('never makes a key by encrypting under an unknown name', async () => {
    await expect(vault.transit.encrypt('k-none', Buffer.from('x'))).rejects.toThrow();

    expect(await vault.transit.readKey('k-none')).toBeUndefined();
  });

  it('encrypts, decrypts and computes a stable HMAC', async () => {
    await vault.transit.createKey('a-acc');
    const sealed = await vault.transit.encrypt('a-acc', Buffer.from('name'));
    const [one, two] = await Promise.all([
      vault.transit.hmac('a-acc', Buffer.from('mail')),
      vault.transit.hmac('a-acc', Buffer.from('mail')),
    ]);

    expect(String(await vault.transit.decrypt('a-acc', sealed))).toBe('name');
    expect(one).toMatch(/^[0-9a-f]{64}$/);
    expect(two).toBe(one);
  });

  it('makes hmac keys', async () => {
    await vault.transit.createKey('h-1', 'hmac');

    expect(await vault.transit.hmac('h-1', Buffer.from('x'))).toHaveLength(64);
  });

  it('signs with ed25519 so that the public key alone verifies', async () => {
    await vault.transit.createKey('sign-1', 'ed25519');
    const bytes = Buffer.from('receipt');

    const signature = await vault.transit.sign('sign-1', bytes);

    const raw = (await vault.transit.publicKeys('sign-1')).get(1) ?? Buffer.alloc(0);
    const key = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') },
      format: 'jwk',
    });
    expect(signature).toHaveLength(64);
    expect(verify(null, bytes, key, signature)).toBe(true);
    expect(verify(null, Buffer.from('other'), key, signature)).toBe(false);
  });
});

describe('failures', () => {
  const against = async (handler: RequestListener): Promise<Vault> => {
    const broken = createVault({ ...scope.options, address: await listen(handler) });
    await broken.start();
    return broken;
  };
  const withLogin =
    (handler: RequestListener): RequestListener =>
    (request, response) => {
      if (request.url?.endsWith('/login') === true) {
        response.setHeader('content-type', 'application/json').end(loginAnswer);
      } else {
        handler(request, response);
      }
    };

  it('end within two seconds when Vault hangs, and hold neither token nor secret', async () => {
    const hanging = await against(withLogin(() => undefined));
    const started = performance.now();

    const error = await failureOf(
      hanging.kv.write(vaultPath('tiktok', 'm', 'a'), { access: SECRET }, { cas: 0 }),
    );

    expect(performance.now() - started).toBeLessThan(2_300);
    expect(error).toMatchObject({ code: 'upstream.unavailable' });
    expect(error.cause).toBeUndefined();
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(SECRET);
    expect(scope.logged.join('')).not.toContain(SECRET);
    await hanging.stop();
  }, 10_000);

  it('never follow a redirect, which would carry the token away', async () => {
    const tokens: unknown[] = [];
    const other = await listen((request, response) => {
      tokens.push(request.headers['x-vault-token']);
      response.end('{}');
    });
    const redirecting = await against(
      withLogin((request, response) => {
        response.writeHead(307, { location: `${other}${request.url ?? ''}` }).end();
      }),
    );

    await expect(redirecting.kv.read(vaultPath('a', 'b'))).rejects.toMatchObject({
      code: 'upstream.unavailable',
    });
    expect(tokens).toEqual([]);
    await redirecting.stop();
  }, 10_000);

  it('are never an absence or a success: a sealed Vault answers neither', async () => {
    const sealed = await against(
      withLogin((_request, response) => {
        response.writeHead(503).end(JSON.stringify({ errors: ['Vault is sealed'] }));
      }),
    );

    await expect(sealed.kv.destroy(vaultPath('a', 'b'))).rejects.toMatchObject({ status: 503 });
    await expect(sealed.kv.exists(vaultPath('a', 'b'))).rejects.toMatchObject({ status: 503 });
    const opened = await failureOf(sealed.transit.unwrap('k', 'vault:v1:AAAA'));
    expect(opened).not.toBeInstanceOf(KeyShredded);
    expect(await sealed.ping()).toBe(false);
    await sealed.stop();
  }, 10_000);

  it('destroy nothing in name only: a delete whose secret stays readable fails', async () => {
    const lying = await against(
      withLogin((request, response) => {
        response.statusCode = request.method === 'DELETE' ? 204 : 200;
        response.end(request.method === 'DELETE' ? '' : '{"data":{}}');
      }),
    );

    await expect(lying.kv.destroy(vaultPath('a', 'b'))).rejects.toMatchObject({
      code: 'upstream.unavailable',
    });
    await lying.stop();
  }, 10_000);

  it('repeat a read once the storage has collected itself', async () => {
    let calls = 0;
    const busy = await against(
      withLogin((_request, response) => {
        calls += 1;
        response.statusCode = calls === 1 ? 500 : 200;
        response.end(calls === 1 ? '' : '{"data":{"data":{"a":1},"metadata":{"version":3}}}');
      }),
    );

    expect(await busy.kv.read(vaultPath('a', 'b'))).toEqual({ data: { a: 1 }, version: 3 });
    await busy.stop();
  }, 10_000);

  it('open a breaker after repeated silence and close it again', async () => {
    let isDown = true;
    const flaky = await against(
      withLogin((request, response) => {
        if (isDown) {
          request.socket.destroy();
        } else {
          response.writeHead(404).end('{}');
        }
      }),
    );
    for (let n = 0; n < 5; n += 1) {
      await failureOf(flaky.kv.write(vaultPath('a', 'b'), {}, { cas: 0 }));
    }
    const started = performance.now();
    await failureOf(flaky.kv.read(vaultPath('a', 'b')));
    expect(performance.now() - started).toBeLessThan(50);

    isDown = false;
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    expect(await flaky.kv.read(vaultPath('a', 'b'))).toBeUndefined();
    await flaky.stop();
  }, 15_000);
});

describe('login', () => {
  it('is renewed before it ends, and made anew before its maximum', async () => {
    const brief = await createVaultScope(2, 5);
    const client = createVault(brief.options);
    await client.start();
    const path = vaultPath('a', 'b');
    const endsAt = performance.now() + 8_000;

    while (performance.now() < endsAt) {
      expect(await client.kv.read(path)).toBeUndefined();
      await new Promise((resolve) => setTimeout(resolve, 200));
    }

    expect(await client.ping()).toBe(true);
    await client.stop();
  }, 30_000);

  it('is made anew when the token was revoked under it', async () => {
    const own = await createVaultScope();
    const client = createVault(own.options);
    await client.start();
    // As an operator would after a leak; of this role alone, others share the Vault.
    expect(await own.revokeTokens()).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 5_100)); // at most one login per 5 s

    await until('the client is back', () =>
      client.kv.read(vaultPath('a', 'b')).then(
        () => true,
        () => false,
      ),
    );

    expect(await client.ping()).toBe(true);
    await client.stop();
  }, 30_000);

  it('refuses to start where certificates would not be checked', () => {
    process.env['VAULT_SKIP_VERIFY'] = 'true';
    try {
      expect(() => createVault(scope.options)).toThrow('VAULT_SKIP_VERIFY');
    } finally {
      delete process.env['VAULT_SKIP_VERIFY'];
    }
  });

  it('takes no token, namespace or prefix from the environment', async () => {
    const seen: unknown[] = [];
    process.env['VAULT_TOKEN_BEFORE'] = process.env['VAULT_TOKEN'];
    process.env['VAULT_TOKEN'] = 'from-the-environment';
    process.env['VAULT_PREFIX'] = '/elsewhere';
    process.env['VAULT_NAMESPACE'] = 'other';
    const address = await listen((request, response) => {
      seen.push([
        request.url,
        request.headers['x-vault-token'] ?? '',
        request.headers['x-vault-namespace'],
      ]);
      response.end(loginAnswer);
    });
    const client = createVault({ ...scope.options, address });
    await client.start();
    process.env['VAULT_TOKEN'] = process.env['VAULT_TOKEN_BEFORE'];
    delete process.env['VAULT_PREFIX'];
    delete process.env['VAULT_NAMESPACE'];

    expect(seen).toEqual([['/v1/auth/approle/login', '', undefined]]);
    await client.stop();
  });
});
