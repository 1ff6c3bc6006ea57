import { passportReply, reauthenticateGrant, sessionGrant } from '@tokometrics/contracts';
import { AppError, ERROR_TABLE } from '@tokometrics/kit';
import type { ErrorCode } from '@tokometrics/kit';
import { request } from 'undici';
import type { Dispatcher } from 'undici';
import { z } from 'zod';
import type { IdentityClient } from '../domain/ports.ts';

export interface IdentityClientOptions {
  readonly url: string;
  readonly dispatcher: Dispatcher;
}

const problem = z.object({
  code: z.string(),
  reason: z.string().optional(),
  detail: z.string().optional(),
});

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERROR_TABLE, code);

/** Identity's refusals keep their code and reason; anything else means that identity can't be used now. */
export function createIdentityClient({ url, dispatcher }: IdentityClientOptions): IdentityClient {
  async function call<S extends z.ZodType>(
    path: string,
    body: object,
    schema: S,
    clientIp?: string,
  ): Promise<z.output<S>> {
    const answer = await send(path, body, clientIp);
    const text: unknown = await answer.body.json().catch(() => undefined);
    if (answer.statusCode < 300) {
      const parsed = schema.safeParse(text);
      if (parsed.success) {
        return parsed.data;
      }
      throw unavailable();
    }
    throw refusal(text, answer.headers['retry-after']);
  }

  async function send(path: string, body: object, clientIp: string | undefined) {
    try {
      return await request(`${url}${path}`, {
        method: 'POST',
        dispatcher,
        headersTimeout: 10_000,
        bodyTimeout: 10_000,
        headers: {
          'content-type': 'application/json',
          ...(clientIp === undefined ? {} : { 'tm-client-ip': clientIp }),
        },
        body: JSON.stringify(body),
      });
    } catch (error) {
      throw unavailable(error);
    }
  }

  return {
    login: (input, clientIp) => call('/v1/sessions', input, sessionGrant, clientIp),
    reauthenticate: (input, clientIp) =>
      call('/v1/sessions/reauthenticate', input, reauthenticateGrant, clientIp),
    logout: async (sessionToken) => {
      await call('/v1/sessions/end', { sessionToken }, z.object({ ended: z.boolean() }));
    },
    passport: (sessionToken, audience) =>
      call('/v1/passports', { sessionToken, audience }, passportReply),
  };
}

function refusal(body: unknown, retryAfter: string | string[] | undefined): AppError {
  const parsed = problem.safeParse(body);
  if (!parsed.success || !isErrorCode(parsed.data.code) || parsed.data.code === 'internal') {
    return unavailable();
  }
  const seconds = Number(retryAfter);
  return new AppError(parsed.data.code, parsed.data.detail ?? 'refused', {
    details: {
      reason: parsed.data.reason,
      retryAfterSeconds: Number.isFinite(seconds) ? seconds : undefined,
    },
  });
}

function unavailable(cause?: unknown): AppError {
  return new AppError('upstream.unavailable', 'signing in is not possible at the moment', {
    cause,
  });
}
