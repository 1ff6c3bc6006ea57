import nodeVault from 'node-vault';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Logger } from '../logging.ts';
import type { Secret } from '../secret.ts';
import { safeTransport } from './transport.ts';
import { answerOf, toVaultFault, VaultFault } from './vault-errors.ts';

export interface VaultSessionOptions {
  readonly address: string;
  readonly roleId: string;
  readonly secretId: Secret | string;
  readonly log: Logger;
  readonly clock: Clock;
  readonly namespace?: string;
}

export type Client = nodeVault.client;

interface CallOptions {
  /** False for compare-and-set writes: an answer that was lost may have been a success. */
  readonly isRepeatable?: boolean;
}

/** A login that is kept alive, and the one way to call Vault: in time, mapped, logged in. */
export interface VaultSession {
  start(): Promise<void>;
  stop(): Promise<void>;
  call<T>(work: (client: Client, timeout: number) => Promise<T>, options?: CallOptions): Promise<T>;
  isLoggedIn(): boolean;
}

const TOTAL_MS = 2_000;
const LOGIN_GAP_MS = 5_000;
const START_MS = 30_000;
const BREAKER_FAILURES = 5;
const BREAKER_MS = 2_000;

const login = z.object({
  auth: z.object({ client_token: z.string().min(1), lease_duration: z.number() }),
});

function buildClient(options: VaultSessionOptions): Client {
  // eslint-disable-next-line no-restricted-syntax -- not our setting: node-vault reads it by itself
  if (process.env['VAULT_SKIP_VERIFY'] !== undefined) {
    throw new VaultFault('internal', 'VAULT_SKIP_VERIFY is set: certificates would not be checked');
  }
  const client = nodeVault({
    apiVersion: 'v1',
    endpoint: options.address,
    // Its own logger prints secrets in clear as soon as DEBUG names it.
    debug: () => undefined,
    'request-promise': safeTransport,
  });
  // Where an option is empty, node-vault takes the environment's: set after it has looked.
  client.token = '';
  Reflect.set(client, 'namespace', options.namespace ?? '');
  Reflect.set(client, 'pathPrefix', '');
  return client;
}

// eslint-disable-next-line limit/max-lines-per-function -- one login: who may renew, retry or wait is decided over the same few variables
export function createVaultSession(options: VaultSessionOptions): VaultSession {
  const { log, clock } = options;
  const client = buildClient(options);
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let loggingIn: Promise<void> | undefined;
  let lastLoginAt = Number.NEGATIVE_INFINITY;
  let expiresAt = Number.NEGATIVE_INFINITY;
  let firstTtl = 0;
  let failures = 0;
  let openUntil = Number.NEGATIVE_INFINITY;

  const schedule = (ms: number, step: () => Promise<void>): void => {
    clearTimeout(timer);
    if (!isStopped) {
      timer = setTimeout(() => void step(), ms);
      timer.unref();
    }
  };

  const adopt = (ttlSeconds: number): void => {
    expiresAt = clock.monotonicMs() + ttlSeconds * 1_000;
    // Two thirds, with jitter so that replicas started together do not renew together.
    schedule(ttlSeconds * 1_000 * (2 / 3) * (0.9 + Math.random() * 0.1), renew);
  };

  const performLogin = async (): Promise<void> => {
    lastLoginAt = clock.monotonicMs();
    const { secretId } = options;
    const answer: unknown = await client.request({
      path: '/auth/approle/login',
      method: 'POST',
      headers: { 'X-Vault-Token': '' },
      timeout: TOTAL_MS,
      json: {
        role_id: options.roleId,
        secret_id: typeof secretId === 'string' ? secretId : secretId.reveal(),
      },
    });
    const { auth } = login.parse(answer);
    client.token = auth.client_token;
    firstTtl = auth.lease_duration;
    adopt(auth.lease_duration);
  };

  const logIn = (): Promise<void> => {
    loggingIn ??= performLogin().finally(() => {
      loggingIn = undefined;
    });
    return loggingIn;
  };

  async function renew(): Promise<void> {
    try {
      const answer: unknown = await client.write(
        'auth/token/renew-self',
        {},
        { timeout: TOTAL_MS },
      );
      const ttl = login.parse(answer).auth.lease_duration;
      // Renewals grow short as the maximum comes near: then a new login, before it is reached.
      if (ttl < firstTtl / 2) {
        await logIn();
      } else {
        adopt(ttl);
      }
    } catch (error) {
      const isRefused = answerOf(error) !== undefined;
      log.warn({ status: answerOf(error)?.status }, 'vault login not renewed yet; it is retried');
      try {
        if (isRefused || clock.monotonicMs() > expiresAt - 10_000) {
          await logIn();
          return;
        }
      } catch {
        log.warn('vault login refused; it is retried');
      }
      schedule(LOGIN_GAP_MS * (0.8 + Math.random() * 0.4), renew);
    }
  }

  const note = (error: unknown): void => {
    const isSilent = answerOf(error) === undefined;
    failures = isSilent ? failures + 1 : 0;
    if (failures >= BREAKER_FAILURES) {
      openUntil = clock.monotonicMs() + BREAKER_MS;
      failures = BREAKER_FAILURES - 1; // after the pause one call tries; it alone decides
    }
  };

  const shouldRepeat = async (
    error: unknown,
    isRepeatable: boolean,
    at: number,
  ): Promise<boolean> => {
    const status = answerOf(error)?.status;
    if (status === 403 && clock.monotonicMs() - lastLoginAt > LOGIN_GAP_MS) {
      return logIn().then(
        () => true,
        () => false,
      );
    }
    // Storage that is busy or has just changed its leader answers 5xx for moments; 503 is sealed.
    const isPassing = status === undefined || (status >= 500 && status !== 503) || status === 412;
    if (!isRepeatable || !isPassing || at - clock.monotonicMs() < 300) {
      return false;
    }
    await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 100));
    return true;
  };

  return {
    isLoggedIn: () => clock.monotonicMs() < expiresAt,
    start: async () => {
      const giveUpAt = clock.monotonicMs() + START_MS;
      for (let attempt = 0; ; attempt += 1) {
        try {
          await logIn();
          return;
        } catch (error) {
          if (isStopped || clock.monotonicMs() >= giveUpAt) {
            throw toVaultFault(error);
          }
          if (attempt === 2) {
            log.warn({ status: answerOf(error)?.status }, 'vault takes no login yet');
          }
          await new Promise((resolve) => setTimeout(resolve, Math.min(2_000, 200 * 2 ** attempt)));
        }
      }
    },
    stop: async () => {
      isStopped = true;
      clearTimeout(timer);
      if (clock.monotonicMs() < expiresAt) {
        expiresAt = Number.NEGATIVE_INFINITY;
        // Best effort: a token that nobody holds should not live on.
        await client.write('auth/token/revoke-self', {}, { timeout: 1_000 }).catch(() => undefined);
      }
      client.token = '';
    },
    call: async (work, { isRepeatable = true } = {}) => {
      const deadline = clock.monotonicMs() + TOTAL_MS;
      if (clock.monotonicMs() < openUntil) {
        throw new VaultFault('upstream.unavailable', 'vault does not answer');
      }
      for (;;) {
        try {
          const result = await work(client, deadline - clock.monotonicMs());
          failures = 0;
          return result;
        } catch (error) {
          note(error);
          if (!(await shouldRepeat(error, isRepeatable, deadline))) {
            throw error;
          }
        }
      }
    },
  };
}
