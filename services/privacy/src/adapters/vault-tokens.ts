import { AppError, vaultPath } from '@tokometrics/kit';
import type { VaultClient } from '@tokometrics/kit';

/** Where an authorization's tokens lie; nothing here can read them. */
export function createVaultTokens(vault: Pick<VaultClient, 'kv'>) {
  const exists = (merchantId: string, authKey: string): Promise<boolean> =>
    vault.kv.exists(vaultPath('tiktok', merchantId, authKey));

  return {
    exists,
    /** Resolves only when neither the path nor the listing knows them any more. */
    destroy: async (merchantId: string, authKey: string): Promise<void> => {
      await vault.kv.destroy(vaultPath('tiktok', merchantId, authKey));
      const listed = await vault.kv.list(vaultPath('tiktok', merchantId));
      if ((await exists(merchantId, authKey)) || listed.includes(authKey)) {
        throw new AppError('upstream.unavailable', 'the tokens are still there');
      }
    },
  };
}
