import { createPublicKey, verify } from 'node:crypto';
import { AppError } from '@tokometrics/kit';
import type { Clock, VaultClient } from '@tokometrics/kit';
import { signingKeyOf } from '../domain/ledger-chain.ts';
import type { SigningKey } from '../domain/ledger-chain.ts';

const LEDGER_KEY = 'ledger-signer';
const REFERENCE_KEY = 'privacy-ref';
const KEYS_FRESH_MS = 60_000;

/** The ledger's signature, its public keys, and the opaque names of subjects. */
export function createVaultSigner(
  vault: Pick<VaultClient, 'transit'>,
  clock: Pick<Clock, 'monotonicMs'>,
) {
  let known: { readonly keys: readonly SigningKey[]; readonly at: number } | undefined;

  const readKeys = async (): Promise<readonly SigningKey[]> => {
    const raw = await vault.transit.publicKeys(LEDGER_KEY);
    const keys = [...raw].sort(([a], [b]) => a - b).map(([, key]) => signingKeyOf(key));
    known = { keys, at: clock.monotonicMs() };
    return keys;
  };

  const publicKeys = async (): Promise<readonly SigningKey[]> => {
    if (known !== undefined && clock.monotonicMs() - known.at < KEYS_FRESH_MS) {
      return known.keys;
    }
    try {
      return await readKeys();
    } catch (error) {
      // Public keys never become wrong: the ones read before serve while Vault is away.
      if (known !== undefined) {
        return known.keys;
      }
      throw error;
    }
  };

  return {
    ensureKeys: async (): Promise<void> => {
      await vault.transit.createKey(LEDGER_KEY, 'ed25519');
      await vault.transit.createKey(REFERENCE_KEY, 'hmac');
    },
    publicKeys,
    sign: async (bytes: Buffer): Promise<{ signature: string; kid: string }> => {
      const signature = await vault.transit.sign(LEDGER_KEY, bytes);
      const isMadeBy = (key: SigningKey): boolean =>
        verify(
          null,
          bytes,
          createPublicKey({ key: { kty: key.kty, crv: key.crv, x: key.x }, format: 'jwk' }),
          signature,
        );
      // The key may have been rotated since the list was read.
      const key = (await publicKeys()).find(isMadeBy) ?? (await readKeys()).find(isMadeBy);
      if (key === undefined) {
        throw new AppError('upstream.unavailable', 'no published key made this signature');
      }
      return { signature: signature.toString('base64'), kid: key.kid };
    },
    subjectRef: (shopKey: string): Promise<string> =>
      vault.transit.hmac(REFERENCE_KEY, Buffer.from(`shop:${shopKey}`, 'utf8')),
  };
}
