import { createHash } from 'node:crypto';
import { deviceOf, usageBody } from '@tokometrics/contracts';
import type { PassportReply, UsageEvent } from '@tokometrics/contracts';
import { AppError, defineRoute, noAudit, reply, truncateAddress } from '@tokometrics/kit';
import type { Route } from '@tokometrics/kit';
import { z } from 'zod';
import { DEVICE_COOKIE, readCookie, SESSION_COOKIE } from '../domain/cookies.ts';

export interface UsageDeps {
  readonly passport: (sessionToken: string, audience: string) => Promise<PassportReply>;
  /** Resolves when they are durable. */
  readonly send: (events: readonly UsageEvent[]) => Promise<void>;
  readonly newId: () => string;
  readonly now: () => Date;
}

const BODY_LIMIT = 16 * 1024;
const OLDEST_MS = 24 * 3_600_000;

/** What the pages tell of their use, within the account: patterns of pages, never ids or queries. */
export function postUsage(deps: UsageDeps): Route {
  return defineRoute({
    method: 'post',
    path: '/api/v1/usage',
    summary: 'Pages looked at and features used, first-party, kept 90 days',
    body: usageBody,
    bodyLimit: BODY_LIMIT,
    response: { status: 204, schema: z.undefined() },
    errors: ['auth.required', 'auth.forbidden', 'rate.limited', 'upstream.unavailable'],
    auth: 'anonymous',
    audit: noAudit('it is a log itself'),
    handle: async ({ body, headers, clientIp }) => {
      const token = readCookie(headers.cookie, SESSION_COOKIE);
      if (token === undefined) {
        throw new AppError('auth.required', 'sign in to go on');
      }
      const { accountId } = await deps.passport(token, 'gateway');
      const now = deps.now().getTime();
      const who = {
        ...{ v: 1 as const, accountId },
        ...deviceOf(headers['user-agent'] ?? ''),
        deviceHash: deviceHashOf(readCookie(headers.cookie, DEVICE_COOKIE)),
        network: truncateAddress(clientIp),
      };
      await deps.send(
        body.events.map(({ page, feature = null, enteredAt, seconds }) => ({
          ...who,
          ...{ eventId: deps.newId(), page, feature, seconds },
          at: within(Date.parse(enteredAt), now),
        })),
      );
      return reply(204);
    },
  });
}

/** A page's clock may be wrong: never later than now, nor so early that it would be gone at once. */
function within(at: number, now: number): string {
  return new Date(Math.min(now, Math.max(now - OLDEST_MS, at))).toISOString();
}

/** Not the hash that identity knows the device by: neither log can be used to find the other's row. */
function deviceHashOf(token: string | undefined): string | null {
  return token === undefined
    ? null
    : createHash('sha256').update(`usage:${token}`).digest('hex').slice(0, 32);
}
