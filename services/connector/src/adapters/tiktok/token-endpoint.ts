import type { Clock, Secret } from '@tokometrics/kit';
import { z } from 'zod';
import { backoffMs } from './call-policy.ts';
import { TOKEN_PATHS } from './calls.ts';
import { readReply } from './read-reply.ts';
import { TikTokFault } from '../../domain/tiktok-fault.ts';
import type { Transport } from './transport.ts';

/** The seller's name is in the answer too; it is not on the list of what we keep. */
const tokenData = z.object({
  access_token: z.string().min(1),
  // Instants, whatever their name says; "never" is a year beyond 2^31 seconds.
  access_token_expire_in: z.number(),
  refresh_token: z.string().min(1),
  refresh_token_expire_in: z.number(),
  open_id: z.string(),
  user_type: z.number().optional(),
  granted_scopes: z.array(z.string()).default([]),
});

export interface TokenGrant {
  readonly accessToken: string;
  readonly accessExpiresAt: number;
  readonly refreshToken: string;
  readonly refreshExpiresAt: number;
  readonly openId: string;
  readonly userType: number | undefined;
  readonly scopes: readonly string[];
}

export interface TokenEndpoint {
  exchange(code: string): Promise<TokenGrant>;
  /** Refused as `revoked` only when no earlier try of this call may have spent the token. */
  refresh(refreshToken: string): Promise<TokenGrant>;
}

export interface TokenEndpointOptions {
  readonly transport: Transport;
  readonly host: URL;
  readonly appKey: string;
  readonly appSecret: Secret;
  readonly clock: Clock;
  readonly random: () => number;
  readonly pause: (ms: number) => Promise<void>;
}

export function createTokenEndpoint(options: TokenEndpointOptions): TokenEndpoint {
  const once = async (path: string, query: Record<string, string>): Promise<TokenGrant> => {
    const raw = await options.transport.send({
      base: options.host,
      method: 'GET',
      path,
      query: { app_key: options.appKey, app_secret: options.appSecret.reveal(), ...query },
      headers: {},
    });
    const parsed = tokenData.safeParse(readReply(raw).data);
    if (!parsed.success) {
      throw new TikTokFault('unclear', 'the token answer lacks fields', { status: raw.status });
    }
    return mapGrant(parsed.data);
  };

  const withTries = async (
    tries: number,
    path: string,
    query: Record<string, string>,
  ): Promise<TokenGrant> => {
    let isAnswerLost = false;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await once(path, query);
      } catch (error) {
        if (isAnswerLost && isRevoked(error)) {
          throw asUncertain(error);
        }
        isAnswerLost ||= error instanceof TikTokFault && error.kind === 'retry';
        const isWorthATry =
          error instanceof TikTokFault && (error.kind === 'retry' || error.kind === 'throttle');
        if (!isWorthATry || attempt >= tries) {
          throw error;
        }
        await options.pause(backoffMs(attempt, options.random(), error.retryAfterMs));
      }
    }
  };

  return {
    exchange: (code) =>
      withTries(3, TOKEN_PATHS.get, { auth_code: code, grant_type: 'authorized_code' }),
    // Twice at most: when the first answer was lost the token may be spent, and the second try tells
    // no more than that it is of no use.
    refresh: (refreshToken) =>
      withTries(2, TOKEN_PATHS.refresh, {
        refresh_token: refreshToken,
        grant_type: 'refresh_token',
      }),
  };
}

/** TikTok knows no such refresh token: the seller withdrew, or the token was spent. */
export function isRevoked(error: unknown): error is TikTokFault {
  return error instanceof TikTokFault && error.kind === 'revoked';
}

/** Our own lost answer may have spent the token: this says nothing about the seller. */
export function asUncertain({ code, status, requestId }: TikTokFault): TikTokFault {
  return new TikTokFault('reauth', 'the token may have been spent by an answer that was lost', {
    ...{ code, status, requestId },
  });
}

function mapGrant(data: z.infer<typeof tokenData>): TokenGrant {
  return {
    accessToken: data.access_token,
    accessExpiresAt: data.access_token_expire_in,
    refreshToken: data.refresh_token,
    refreshExpiresAt: data.refresh_token_expire_in,
    openId: data.open_id,
    userType: data.user_type,
    scopes: data.granted_scopes,
  };
}
