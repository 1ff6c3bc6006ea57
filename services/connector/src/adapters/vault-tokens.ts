import { isAppError, vaultPath } from '@tokometrics/kit';
import type { Clock, VaultKv, VaultPath, VaultSecret } from '@tokometrics/kit';
import { z } from 'zod';
import type { Authorization } from '../domain/connection.ts';
import { refreshDueAt } from '../domain/plan-refresh.ts';
import { TikTokFault } from '../domain/tiktok-fault.ts';
import type { TokenEndpoint, TokenGrant } from './tiktok/token-endpoint.ts';

const stored = z.object({
  accessToken: z.string(),
  accessExpiresAt: z.number(),
  issuedAt: z.number(),
  refreshToken: z.string(),
  refreshExpiresAt: z.number(),
  /** Whoever holds it, and nobody else, may ask TikTok for a new pair until then. */
  lease: z.object({ holder: z.string(), until: z.number() }).nullable(),
});
type Stored = z.infer<typeof stored>;

export interface Tokens {
  store(authorization: Authorization, grant: TokenGrant): Promise<void>;
  /** A usable access token; renewed ahead of time where that is due. */
  access(authorization: Authorization): Promise<string>;
  /** After TikTok refused this one. */
  renew(authorization: Authorization, refused: string): Promise<string>;
  evict(authKey: string): void;
  /** Gone for good, with its metadata; resolves only once a read finds nothing. */
  destroy(authorization: Authorization): Promise<void>;
  exists(authorization: Authorization): Promise<boolean>;
}

export interface VaultTokensOptions {
  readonly kv: VaultKv;
  readonly endpoint: TokenEndpoint;
  readonly clock: Clock;
  readonly instanceId: string;
  readonly pause: (ms: number) => Promise<void>;
  /** New scopes and expiry, as every renewal tells them. */
  readonly onRenewed: (authorization: Authorization, grant: TokenGrant) => Promise<void>;
}

const LEASE_S = 15;
const WAIT_MS = 300;
const WAITS = 80;
const SAVE_TRIES = 5;
/** After a failed renewal ahead of time the present token serves on for so long. */
const NEXT_TRY_S = 300;

/** Tokens live in Vault; here only the access token, while its shop is at work. */
export function createVaultTokens(options: VaultTokensOptions): Tokens {
  const { kv, clock } = options;
  const cache = new Map<string, Stored>();
  const running = new Map<string, Promise<Stored>>();
  const notBefore = new Map<string, number>();
  const nowS = (): number => Math.floor(clock.now().getTime() / 1000);

  const read = async (authorization: Authorization): Promise<VaultSecret & { value: Stored }> => {
    const secret = await kv.read(pathOf(authorization));
    const parsed = stored.safeParse(secret?.data);
    if (secret === undefined || !parsed.success) {
      cache.delete(authorization.authKey);
      throw new TikTokFault('reauth', 'no token is held any more');
    }
    return { ...secret, value: parsed.data };
  };

  /** The new pair must not be lost: TikTok has already forgotten the old one. */
  const save = async (
    authorization: Authorization,
    value: Stored,
    version: number,
  ): Promise<void> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await kv.write(pathOf(authorization), value, { cas: version });
        return;
      } catch (error) {
        if (isAppError(error, 'resource.conflict')) {
          // Destroyed meanwhile (or, after a lost answer of Vault, already written by this loop).
          const now = await read(authorization);
          if (now.value.refreshToken === value.refreshToken) {
            return;
          }
          throw new TikTokFault('reauth', 'the authorization was ended meanwhile');
        }
        if (attempt >= SAVE_TRIES) {
          throw error;
        }
        await options.pause(WAIT_MS * 2 ** attempt);
      }
    }
  };

  /** Undefined: another instance holds the lease, or took it in this moment. */
  const takeLease = async (
    authorization: Authorization,
    version: number,
    value: Stored,
  ): Promise<number | undefined> => {
    const lease = value.lease;
    if (lease !== null && lease.holder !== options.instanceId && lease.until > nowS()) {
      return undefined;
    }
    const leased = { ...value, lease: { holder: options.instanceId, until: nowS() + LEASE_S } };
    try {
      return await kv.write(pathOf(authorization), leased, { cas: version });
    } catch (error) {
      if (isAppError(error, 'resource.conflict')) {
        return undefined;
      }
      throw error;
    }
  };

  const renewOnce = async (authorization: Authorization, refused: string): Promise<Stored> => {
    for (let wait = 0; wait < WAITS; wait += 1) {
      const { value, version } = await read(authorization);
      if (value.accessToken !== refused) {
        return value;
      }
      const leased = await takeLease(authorization, version, value);
      if (leased !== undefined) {
        const grant = await options.endpoint.refresh(value.refreshToken);
        const fresh = toStored(grant, nowS());
        await save(authorization, fresh, leased);
        await options.onRenewed(authorization, grant);
        return fresh;
      }
      await options.pause(WAIT_MS);
    }
    throw new TikTokFault('retry', 'another instance renews the token and does not end');
  };

  const renew = async (authorization: Authorization, refused: string): Promise<Stored> => {
    const { authKey } = authorization;
    let pending = running.get(authKey);
    if (pending === undefined) {
      pending = renewOnce(authorization, refused).finally(() => running.delete(authKey));
      running.set(authKey, pending);
    }
    const fresh = await pending;
    cache.set(authKey, fresh);
    return fresh;
  };

  const renewAhead = async (authorization: Authorization, present: Stored): Promise<string> => {
    try {
      return (await renew(authorization, present.accessToken)).accessToken;
    } catch (error) {
      const isPassing = error instanceof TikTokFault && error.kind !== 'reauth';
      if (!(isPassing || isAppError(error)) || present.accessExpiresAt <= nowS()) {
        throw error;
      }
      notBefore.set(authorization.authKey, nowS() + NEXT_TRY_S);
      return present.accessToken;
    }
  };

  return {
    store: async (authorization, grant) => {
      const value = toStored(grant, nowS());
      await kv.write(pathOf(authorization), value, { cas: 0 });
      cache.set(authorization.authKey, value);
    },
    access: async (authorization) => {
      const { authKey } = authorization;
      const present = cache.get(authKey) ?? (await read(authorization)).value;
      cache.set(authKey, present);
      const due = refreshDueAt(authKey, {
        issuedAt: present.issuedAt,
        expiresAt: present.accessExpiresAt,
      });
      return nowS() >= Math.max(due, notBefore.get(authKey) ?? 0)
        ? renewAhead(authorization, present)
        : present.accessToken;
    },
    renew: async (authorization, refused) => (await renew(authorization, refused)).accessToken,
    evict: (authKey) => {
      cache.delete(authKey);
    },
    destroy: async (authorization) => {
      cache.delete(authorization.authKey);
      await kv.destroy(pathOf(authorization));
      cache.delete(authorization.authKey);
    },
    exists: (authorization) => kv.exists(pathOf(authorization)),
  };
}

function pathOf({ merchantId, authKey }: Authorization): VaultPath {
  return vaultPath('tiktok', merchantId, authKey);
}

function toStored(grant: TokenGrant, nowS: number): Stored {
  return {
    accessToken: grant.accessToken,
    accessExpiresAt: grant.accessExpiresAt,
    issuedAt: nowS,
    refreshToken: grant.refreshToken,
    refreshExpiresAt: grant.refreshExpiresAt,
    lease: null,
  };
}
