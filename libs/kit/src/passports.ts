import { errors, importJWK, jwtVerify, type CryptoKey, type JWTHeaderParameters } from 'jose';
import { z } from 'zod';
import type { Clock } from './clock.ts';
import { AppError } from './errors.ts';
import type { Logger } from './logging.ts';

/** Who asks, as identity vouches for it: for one service, for at most a minute. */
export interface Passport {
  readonly accountId: string;
  readonly merchantId: string;
  readonly roles: readonly string[];
  readonly sessionId: string;
  /** Epoch seconds until which the last proof of the password counts as fresh. */
  readonly freshUntil: number | null;
  readonly audience: string;
}

export const PASSPORT_HEADER = 'tm-passport';
export const PASSPORT_TYPE = 'passport+jwt';
export const PASSPORT_ISSUER = 'tokometrics-identity';

/** The claims on the wire; one audience, so a list is refused. */
export const passportClaims = z.object({
  iss: z.string(),
  aud: z.string(),
  sub: z.string().min(1),
  tenant: z.string().min(1),
  roles: z.array(z.string()),
  sid: z.string().min(1),
  fresh: z.int().nullable(),
  iat: z.int(),
  exp: z.int(),
});

export interface PassportVerifier {
  /** `auth.required` for anything but a valid passport; `upstream.unavailable` without any key. */
  verify(token: string): Promise<Passport>;
}

export interface PassportVerifierOptions {
  readonly jwksUrl: string;
  /** The name of this service. */
  readonly audience: string;
  readonly issuer?: string;
  readonly clock: Clock;
  readonly log: Logger;
}

const LEEWAY_SECONDS = 5;
const MAX_LIFETIME_SECONDS = 60;

export function createPassportVerifier(options: PassportVerifierOptions): PassportVerifier {
  const { audience, issuer = PASSPORT_ISSUER, clock } = options;
  const keys = createKeyCache(options);
  return {
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, (header) => keys.find(header), {
          algorithms: ['ES256'],
          typ: PASSPORT_TYPE,
          audience,
          issuer,
          clockTolerance: LEEWAY_SECONDS,
          currentDate: clock.now(),
        });
        return readClaims(passportClaims.parse(payload), clock);
      } catch (error) {
        if (error instanceof errors.JOSEError || error instanceof z.ZodError) {
          throw new AppError('auth.required', 'the passport is not valid', { cause: error });
        }
        throw error;
      }
    },
  };
}

function readClaims(claims: z.output<typeof passportClaims>, clock: Clock): Passport {
  const nowSeconds = clock.now().getTime() / 1000;
  const isFromFuture = claims.iat > nowSeconds + LEEWAY_SECONDS;
  if (claims.exp - claims.iat > MAX_LIFETIME_SECONDS || isFromFuture) {
    throw new AppError('auth.required', 'the passport is not valid');
  }
  return {
    accountId: claims.sub,
    merchantId: claims.tenant,
    roles: claims.roles,
    sessionId: claims.sid,
    freshUntil: claims.fresh,
    audience: claims.aud,
  };
}

/** Keys are fetched again in the background after this. */
const REFRESH_MS = 60_000;
/** Identity may be down this long before its keys are no longer trusted. */
const MAX_AGE_MS = 10 * 60_000;
/** An unknown key id, which anyone can send, causes at most one fetch in this time. */
const COOLDOWN_MS = 30_000;
/** The same for a process that has no key at all yet. */
const EMPTY_COOLDOWN_MS = 500;
const FETCH_TIMEOUT_MS = 2000;

const jwks = z.object({
  keys: z.array(
    z.object({
      kty: z.literal('EC'),
      crv: z.literal('P-256'),
      x: z.string(),
      y: z.string(),
      kid: z.string().min(1),
      use: z.literal('sig').optional(),
      alg: z.literal('ES256').optional(),
    }),
  ),
});

interface KeySet {
  readonly byKid: ReadonlyMap<string, CryptoKey>;
  readonly fetchedAtMs: number;
}

function createKeyCache({ jwksUrl, clock, log }: PassportVerifierOptions) {
  let held: KeySet | undefined;
  let triedAtMs = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | undefined;

  const fetchKeys = async (): Promise<void> => {
    try {
      const byKid = await downloadKeys(jwksUrl);
      held = { byKid, fetchedAtMs: clock.monotonicMs() };
    } catch (error) {
      log.warn({ err: error }, 'passport keys not refreshed');
    }
  };

  const refresh = (): Promise<void> => {
    const cooldownMs = valid() === undefined ? EMPTY_COOLDOWN_MS : COOLDOWN_MS;
    if (running === undefined && clock.monotonicMs() - triedAtMs >= cooldownMs) {
      triedAtMs = clock.monotonicMs();
      running = fetchKeys().finally(() => {
        running = undefined;
      });
    }
    return running ?? Promise.resolve();
  };

  const ageMs = (): number => clock.monotonicMs() - (held?.fetchedAtMs ?? Number.NEGATIVE_INFINITY);
  const valid = (): KeySet | undefined => (ageMs() <= MAX_AGE_MS ? held : undefined);

  return {
    async find({ kid }: JWTHeaderParameters): Promise<CryptoKey> {
      const known = kid === undefined ? undefined : valid()?.byKid.get(kid);
      if (known !== undefined) {
        if (ageMs() > REFRESH_MS) {
          void refresh(); // never rejects: a failure is logged and the held keys serve on
        }
        return known;
      }
      await refresh();
      const current = valid();
      if (current === undefined) {
        throw new AppError('upstream.unavailable', 'no passport keys', {
          details: { retryAfterSeconds: 1 },
        });
      }
      const key = kid === undefined ? undefined : current.byKid.get(kid);
      if (key === undefined) {
        throw new errors.JWKSNoMatchingKey();
      }
      return key;
    },
  };
}

async function downloadKeys(jwksUrl: string): Promise<ReadonlyMap<string, CryptoKey>> {
  const response = await fetch(jwksUrl, {
    signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
    redirect: 'error',
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`key endpoint answered ${String(response.status)}`);
  }
  const { keys } = jwks.parse(await response.json());
  const imported = new Map<string, CryptoKey>();
  for (const { kid, kty, crv, x, y } of keys) {
    const key = await importJWK({ kty, crv, x, y }, 'ES256');
    if (!(key instanceof Uint8Array)) {
      imported.set(kid, key);
    }
  }
  return imported;
}
