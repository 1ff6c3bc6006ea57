import { isAppError } from '@tokometrics/kit';
import type { Clock, VaultKv } from '@tokometrics/kit';
import type { Authorization } from '../domain/connection.ts';
import { refreshDueAt } from '../domain/plan-refresh.ts';
import { endsGrant, TikTokFault } from '../domain/tiktok-fault.ts';
import type { FaultKind } from '../domain/tiktok-fault.ts';
import { asUncertain, isRevoked } from './tiktok/token-endpoint.ts';
import type { TokenEndpoint, TokenGrant } from './tiktok/token-endpoint.ts';
import { createTokenRecords } from './vault-token-record.ts';
import type { TokenRecord, TokenRecords, VersionedTokens } from './vault-token-record.ts';

export interface Tokens {
  store(authorization: Authorization, grant: TokenGrant): Promise<void>;
  /** A usable access token; renewed ahead of time where that is due. */
  access(authorization: Authorization): Promise<string>;
  /** After TikTok refused this one. */
  renew(authorization: Authorization, refused: string): Promise<string>;
  evict(authKey: string): void;
  /** Gone for good, with its metadata; resolves only once a read finds nothing. */
  destroy(authorization: Authorization): Promise<void>;
}

export interface VaultTokensOptions {
  readonly kv: VaultKv;
  readonly endpoint: Pick<TokenEndpoint, 'refresh'>;
  readonly clock: Clock;
  readonly instanceId: string;
  readonly pause: (ms: number) => Promise<void>;
  /** A grant that may do more than read: its tokens are not kept, whatever it was before. */
  readonly refuses: (grant: TokenGrant) => boolean;
  /** New scopes and expiry, as every renewal tells them. */
  readonly onRenewed: (authorization: Authorization, grant: TokenGrant) => Promise<void>;
}

const WAIT_MS = 300;
const WAITS = 80;
/** Seconds until a failed renewal ahead of time is tried again. */
const NEXT_TRY_S = 300;

/** Tokens live in Vault; here only while their shop is at work. */
export function createVaultTokens(options: VaultTokensOptions): Tokens {
  const records = createTokenRecords(options.kv, options.pause);
  const cache = new Map<string, TokenRecord>();
  const notBefore = new Map<string, number>();
  const nowS = (): number => Math.floor(options.clock.now().getTime() / 1000);
  const renew = singleFlight(async (authorization, refused) => {
    try {
      const fresh = await renewOnce(options, authorization, refused);
      cache.set(authorization.authKey, fresh);
      return fresh;
    } catch (error) {
      if (!isPassing(error)) {
        cache.delete(authorization.authKey);
      }
      throw error;
    }
  });

  /** After a failed renewal ahead of time the present token serves on. */
  const renewAhead = async (
    authorization: Authorization,
    present: TokenRecord,
  ): Promise<string> => {
    try {
      return (await renew(authorization, present.accessToken)).accessToken;
    } catch (error) {
      if (!isPassing(error) || present.accessExpiresAt <= nowS()) {
        throw error;
      }
      notBefore.set(authorization.authKey, nowS() + NEXT_TRY_S);
      return present.accessToken;
    }
  };
  const isDue = (authKey: string, { issuedAt, accessExpiresAt }: TokenRecord): boolean => {
    const due = refreshDueAt(authKey, { issuedAt, expiresAt: accessExpiresAt });
    return nowS() >= Math.max(due, notBefore.get(authKey) ?? 0);
  };

  return {
    store: async (authorization, grant) => {
      const value = toRecord(grant, nowS());
      await records.create(authorization, value);
      cache.set(authorization.authKey, value);
    },
    access: async (authorization) => {
      const { authKey } = authorization;
      const present = cache.get(authKey) ?? (await records.read(authorization)).value;
      cache.set(authKey, present);
      return isDue(authKey, present) ? renewAhead(authorization, present) : present.accessToken;
    },
    renew: async (authorization, refused) => (await renew(authorization, refused)).accessToken,
    evict: (authKey) => {
      cache.delete(authKey);
    },
    destroy: async (authorization) => {
      cache.delete(authorization.authKey);
      await records.destroy(authorization);
      // A read that was under way may have put it back.
      cache.delete(authorization.authKey);
    },
  };
}

/** Nothing is said about the grant itself. */
function isPassing(error: unknown): boolean {
  return error instanceof TikTokFault ? !endsGrant(error) : isAppError(error);
}

type Renew = (authorization: Authorization, refused: string) => Promise<TokenRecord>;

/** One renewal per grant in this process; Vault's lease does the same between processes. */
function singleFlight(work: Renew): Renew {
  const running = new Map<string, Promise<TokenRecord>>();
  return (authorization, refused) => {
    const { authKey } = authorization;
    const pending =
      running.get(authKey) ??
      work(authorization, refused).finally(() => {
        running.delete(authKey);
      });
    running.set(authKey, pending);
    return pending;
  };
}

async function renewOnce(
  options: VaultTokensOptions,
  authorization: Authorization,
  refused: string,
): Promise<TokenRecord> {
  const records = createTokenRecords(options.kv, options.pause);
  const nowS = (): number => Math.floor(options.clock.now().getTime() / 1000);
  for (let wait = 0; wait < WAITS; wait += 1) {
    const present = await records.read(authorization);
    if (present.value.accessToken !== refused) {
      return present.value;
    }
    const holder = options.instanceId;
    const version = await records.lease(authorization, present, { holder, now: nowS() });
    if (version !== undefined) {
      // 1. The lease is ours. 2. TikTok's answer makes the old pair worthless. 3. So it is kept first.
      const grant = await askForPair(options, records, { authorization, present, version });
      if (options.refuses(grant)) {
        await records.destroy(authorization);
        throw new TikTokFault('reauth', 'the grant allows changes and is not used');
      }
      const fresh = toRecord(grant, nowS());
      await records.replace(authorization, fresh, version);
      await options.onRenewed(authorization, grant);
      return fresh;
    }
    await options.pause(WAIT_MS);
  }
  throw new TikTokFault('retry', 'another instance renews the token and does not end');
}

interface Leased {
  readonly authorization: Authorization;
  readonly present: VersionedTokens;
  /** Of the record with our lease in it. */
  readonly version: number;
}

/**
 * A lease that was still there when ours began is of a renewal that nobody saw the end of: it may have
 * spent the token. A refusal that is certain gives the lease back, so that the next one is certain too.
 */
async function askForPair(
  { endpoint }: Pick<VaultTokensOptions, 'endpoint'>,
  records: TokenRecords,
  { authorization, present, version }: Leased,
): Promise<TokenGrant> {
  try {
    return await endpoint.refresh(present.value.refreshToken);
  } catch (error) {
    if (isRevoked(error) && present.value.lease !== null) {
      throw asUncertain(error);
    }
    if (error instanceof TikTokFault && !MAY_HAVE_SPENT.has(error.kind)) {
      await records.release(authorization, present.value, version);
    }
    throw error;
  }
}

/** No answer, or none that could be read: TikTok may have given out the next pair. */
const MAY_HAVE_SPENT: ReadonlySet<FaultKind> = new Set(['retry', 'unclear', 'reauth']);

function toRecord(grant: TokenGrant, nowS: number): TokenRecord {
  return {
    accessToken: grant.accessToken,
    accessExpiresAt: grant.accessExpiresAt,
    issuedAt: nowS,
    refreshToken: grant.refreshToken,
    refreshExpiresAt: grant.refreshExpiresAt,
    lease: null,
  };
}
