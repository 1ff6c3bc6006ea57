import { isAppError, vaultPath } from '@tokometrics/kit';
import type { VaultKv, VaultPath } from '@tokometrics/kit';
import { z } from 'zod';
import type { Authorization } from '../domain/connection.ts';
import { settle } from '../domain/settle.ts';
import { TikTokFault } from '../domain/tiktok-fault.ts';

const schema = z.object({
  accessToken: z.string(),
  accessExpiresAt: z.number(),
  issuedAt: z.number(),
  refreshToken: z.string(),
  refreshExpiresAt: z.number(),
  /** Whoever holds it, and nobody else, may ask TikTok for a new pair until then. */
  lease: z.object({ holder: z.string(), until: z.number() }).nullable(),
});
export type TokenRecord = z.infer<typeof schema>;

export interface VersionedTokens {
  readonly value: TokenRecord;
  readonly version: number;
}

export interface TokenRecords {
  read(authorization: Authorization): Promise<VersionedTokens>;
  create(authorization: Authorization, value: TokenRecord): Promise<void>;
  /** Undefined: another instance holds the lease, or took it in this moment. */
  lease(
    authorization: Authorization,
    present: VersionedTokens,
    until: { readonly holder: string; readonly now: number },
  ): Promise<number | undefined>;
  /** The lease ends without a new pair; where that cannot be kept it runs out by itself. */
  release(authorization: Authorization, value: TokenRecord, version: number): Promise<void>;
  /** The new pair must not be lost: TikTok has already forgotten the old one. */
  replace(authorization: Authorization, value: TokenRecord, version: number): Promise<void>;
  destroy(authorization: Authorization): Promise<void>;
}

const LEASE_S = 15;
const SAVE_TRIES = 5;
const SAVE_PAUSE_MS = 300;

/** One secret per grant. Every write names the version it replaces, so a late one changes nothing. */
export function createTokenRecords(
  kv: VaultKv,
  pause: (ms: number) => Promise<void>,
): TokenRecords {
  const read = async (authorization: Authorization): Promise<VersionedTokens> => {
    const secret = await kv.read(pathOf(authorization));
    const parsed = schema.safeParse(secret?.data);
    if (secret === undefined || !parsed.success) {
      throw new TikTokFault('reauth', 'no token is held any more');
    }
    return { value: parsed.data, version: secret.version };
  };

  return {
    read,
    create: async (authorization, value) => {
      await kv.write(pathOf(authorization), value, { cas: 0 });
    },
    lease: async (authorization, { value, version }, { holder, now }) => {
      const { lease } = value;
      if (lease !== null && lease.holder !== holder && lease.until > now) {
        return undefined;
      }
      const leased = { ...value, lease: { holder, until: now + LEASE_S } };
      try {
        return await kv.write(pathOf(authorization), leased, { cas: version });
      } catch (error) {
        if (isAppError(error, 'resource.conflict')) {
          return undefined;
        }
        throw error;
      }
    },
    release: async (authorization, value, version) => {
      await settle(kv.write(pathOf(authorization), { ...value, lease: null }, { cas: version }));
    },
    replace: async (authorization, value, version) => {
      const hasSaved = await replaceSurely({ kv, pause }, { authorization, value, version });
      if (!hasSaved) {
        assertSaved(await read(authorization), value);
      }
    },
    destroy: (authorization) => kv.destroy(pathOf(authorization)),
  };
}

/** False on a conflict. TikTok has forgotten the pair before, so a store that is away is waited for. */
async function replaceSurely(
  { kv, pause }: { readonly kv: VaultKv; readonly pause: (ms: number) => Promise<void> },
  write: { authorization: Authorization; value: TokenRecord; version: number },
): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await kv.write(pathOf(write.authorization), write.value, { cas: write.version });
      return true;
    } catch (error) {
      if (isAppError(error, 'resource.conflict')) {
        return false;
      }
      if (attempt >= SAVE_TRIES) {
        throw error;
      }
      await pause(SAVE_PAUSE_MS * 2 ** attempt);
    }
  }
}

/** A conflict means: ended meanwhile, or written by a try of ours whose answer was lost. */
function assertSaved(present: VersionedTokens, value: TokenRecord): void {
  if (present.value.refreshToken !== value.refreshToken) {
    throw new TikTokFault('reauth', 'the authorization was ended meanwhile');
  }
}

function pathOf({ merchantId, authKey }: Authorization): VaultPath {
  return vaultPath('tiktok', merchantId, authKey);
}
