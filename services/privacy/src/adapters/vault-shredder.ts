import { sealingKey } from '@tokometrics/erasure';
import { AppError, KeyShredded } from '@tokometrics/kit';
import type { VaultClient } from '@tokometrics/kit';
import type { ShreddedKey } from '../domain/saga-state.ts';
import type { Canary } from './mongo-canaries.ts';

export interface ShredderOptions {
  readonly vault: Pick<VaultClient, 'transit'>;
  readonly canariesOf: (shopKey: string, throughEpoch: number) => Promise<readonly Canary[]>;
  readonly takeCanary: (shopKey: string, epoch: number) => Promise<void>;
  readonly now: () => string;
}

/** Destroys every sealing key of a scope and proves each destruction. */
export function createVaultShredder({ vault, canariesOf, takeCanary, now }: ShredderOptions) {
  const { transit } = vault;

  const destroy = async (kid: string): Promise<void> => {
    await transit.allowDeletion(kid);
    // Read back: a misspelt parameter would be accepted in silence.
    if ((await transit.readKey(kid))?.deletionAllowed !== true) {
      throw unproven('key.undeletable');
    }
    await transit.deleteKey(kid);
  };

  const prove = async (canary: Canary): Promise<void> => {
    if ((await transit.readKey(canary.kid)) !== undefined) {
      throw unproven('key.still_there');
    }
    // Only "no such key" proves it: a sealed Vault or a missing right fails to open it as well.
    const opened = await transit.unwrap(canary.kid, canary.wrapped).then(
      () => true,
      (error: unknown) => {
        if (error instanceof KeyShredded) {
          return false;
        }
        throw error;
      },
    );
    if (opened) {
      throw unproven('key.still_opens');
    }
  };

  return async (shopKey: string, throughEpoch: number): Promise<readonly ShreddedKey[]> => {
    const present = epochsOf(await transit.listKeys(), shopKey, throughEpoch);
    // 1. A ciphertext of every key that is still there, else its end could not be shown.
    for (const epoch of present) {
      await takeCanary(shopKey, epoch);
    }
    // 2. The destruction, of those that are there; a crash in between leaves them to the next try.
    for (const epoch of present) {
      await destroy(sealingKey(shopKey, epoch));
    }
    // 3. The proof, for every key that ever was.
    const keys: ShreddedKey[] = [];
    for (const canary of await canariesOf(shopKey, throughEpoch)) {
      await prove(canary);
      keys.push({ kidRef: canary.kid, shreddedAt: now() });
    }
    if (epochsOf(await transit.listKeys(), shopKey, throughEpoch).length > 0) {
      throw unproven('key.still_listed');
    }
    return keys;
  };
}

/** Epochs up to the given one for which a key of the shop exists. */
export function epochsOf(
  names: readonly string[],
  shopKey: string,
  throughEpoch: number,
): number[] {
  const prefix = `k-${shopKey}-`;
  return names
    .filter((name) => name.startsWith(prefix))
    .map((name) => Number(name.slice(prefix.length)))
    .filter((epoch) => Number.isSafeInteger(epoch) && epoch <= throughEpoch);
}

function unproven(reason: string): AppError {
  return new AppError('upstream.unavailable', 'the destruction of a key is not proven', {
    details: { reason },
  });
}
