import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { AppError, isAppError, vaultPath } from '@tokometrics/kit';
import type { Lifecycled, VaultClient, VaultPath } from '@tokometrics/kit';
import { thumbprint } from '../domain/passport.ts';

const PEPPER_ID = 'p1';

interface PublicJwk {
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
  readonly y: string;
  /** Follows from the key. */
  readonly kid: string;
}

export interface IdentitySecrets {
  readonly pepperId: string;
  pepper(id: string): Buffer | undefined;
  /** Key under which addresses are looked up. */
  lookupKey(): Buffer;
  passportKey(): KeyObject;
  passportPublicJwk(): PublicJwk;
}

/** Read once at start and kept in memory: signing in never waits for Vault. Made at the first start. */
export function createIdentitySecrets(vault: VaultClient): Lifecycled & IdentitySecrets {
  let pepper: Buffer | undefined;
  let lookup: Buffer | undefined;
  let signing: KeyObject | undefined;
  let publicJwk: PublicJwk | undefined;

  return {
    name: 'identity-secrets',
    async start() {
      pepper = Buffer.from(
        await readOrMake(vault, vaultPath('identity', 'pepper', PEPPER_ID), randomKey),
        'base64',
      );
      lookup = Buffer.from(
        await readOrMake(vault, vaultPath('identity', 'lookup-key'), randomKey),
        'base64',
      );
      signing = createPrivateKey(
        await readOrMake(vault, vaultPath('identity', 'passport-key'), signingKey),
      );
      publicJwk = publicJwkOf(signing);
    },
    stop: () => Promise.resolve(),
    pepperId: PEPPER_ID,
    pepper: (id) => (id === PEPPER_ID ? pepper : undefined),
    lookupKey: () => loaded(lookup),
    passportKey: () => loaded(signing),
    passportPublicJwk: () => loaded(publicJwk),
  };
}

function publicJwkOf(key: KeyObject): PublicJwk {
  const { kty, crv, x, y } = createPublicKey(key).export({ format: 'jwk' });
  const jwk = { kty: String(kty), crv: String(crv), x: String(x), y: String(y) };
  return { ...jwk, kid: thumbprint(jwk) };
}

function loaded<T>(value: T | undefined): T {
  if (value === undefined) {
    throw new AppError('upstream.unavailable', 'keys are not loaded yet');
  }
  return value;
}

const randomKey = (): string => randomBytes(32).toString('base64');

function signingKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

/** Several instances may start at once: the first to write wins, the others read what it wrote. */
async function readOrMake(
  vault: VaultClient,
  path: VaultPath,
  make: () => string,
): Promise<string> {
  const existing = await vault.kv.read(path);
  if (existing === undefined) {
    try {
      await vault.kv.write(path, { value: make() }, { cas: 0 });
    } catch (error) {
      if (!isAppError(error, 'resource.conflict')) {
        throw error;
      }
    }
  }
  const value = (existing ?? (await vault.kv.read(path)))?.data['value'];
  if (typeof value !== 'string') {
    throw new AppError('upstream.unavailable', 'a key could not be read from Vault');
  }
  return value;
}
