import type { SealedWire } from '@tokometrics/contracts';
import type { Sealer } from '@tokometrics/erasure';
import type { VaultClient } from '@tokometrics/kit';
import { z } from 'zod';
import type { ShopIdentity } from '../domain/connection.ts';

const identity = z.object({ shopId: z.string(), cipher: z.string(), openId: z.string() });
const TYPE = 'com.tokometrics.connection.v1';
/** Keyed hashes of TikTok's shop ids; the key never leaves Vault, so nobody can try ids out. */
export const REF_KEY = 'connector-shop-ref';

interface Scope {
  readonly shopKey: string;
  readonly epoch: number;
}

function contextOf({ shopKey, epoch }: Scope) {
  return { ceType: TYPE, shopKey, epoch, ceId: `${shopKey}:${epoch}` };
}

export type ShopVault = ReturnType<typeof createShopVault>;

/** TikTok's identifiers of a shop: sealed for keeping, hashed for finding. */
export function createShopVault(sealer: Sealer, transit: VaultClient['transit']) {
  return {
    seal: (scope: Scope, value: ShopIdentity): Promise<SealedWire> =>
      sealer.seal(contextOf(scope), Buffer.from(JSON.stringify(value))),
    open: async (scope: Scope, sealed: SealedWire): Promise<ShopIdentity> => {
      const bytes = await sealer.open(contextOf(scope), sealed);
      return identity.parse(JSON.parse(bytes.toString('utf8')));
    },
    shopHash: (shopId: string): Promise<string> =>
      transit.hmac(REF_KEY, Buffer.from(`shop|${shopId}`)),
    refHash: (merchantId: string, shopId: string): Promise<string> =>
      transit.hmac(REF_KEY, Buffer.from(`ref|${merchantId}|${shopId}`)),
  };
}
