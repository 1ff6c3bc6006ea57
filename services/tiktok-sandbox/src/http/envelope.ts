import type { Response } from 'express';
import { TiktokFault, type FaultReply } from '../domain/fault-table.ts';

const MORE_DETAILS = ' For more details: https://m.tiktok.shop/s/sandbox';

export interface Answer {
  readonly code: number;
  readonly status: number;
  readonly text: string;
  readonly retryAfterS: number | undefined;
}

export function successAnswer(requestId: string, dataText: string, message: string): Answer {
  return {
    code: 0,
    status: 200,
    retryAfterS: undefined,
    text: `{"code":0,"data":${dataText},"message":"${message}","request_id":"${requestId}"}`,
  };
}

export function faultAnswer(
  requestId: string,
  reply: FaultReply,
  options: { always200: boolean; details: boolean; retryAfterS?: number | undefined },
): Answer {
  const isAlways200 = options.always200 && reply.status !== 429;
  return {
    code: reply.code,
    status: isAlways200 ? 200 : reply.status,
    retryAfterS: options.retryAfterS,
    text: JSON.stringify({
      code: reply.code,
      data: null,
      message: reply.message + (options.details ? MORE_DETAILS : ''),
      request_id: requestId,
    }),
  };
}

/** Anything else than TikTok's own answers is a bug of the sandbox, shown as TikTok shows its own. */
export function toFault(error: unknown): TiktokFault {
  return error instanceof TiktokFault ? error : new TiktokFault('internal');
}

export function sendAnswer(response: Response, answer: Answer): void {
  response.status(answer.status).type('application/json');
  if (answer.retryAfterS !== undefined) {
    response.set('Retry-After', String(answer.retryAfterS));
  }
  response.end(answer.text);
}

/** `YYYYMMDDhhmmss` and 20 hex digits. */
export function requestIdOf(nowMs: number, random: (bytes: number) => Buffer): string {
  const stamp = new Date(nowMs).toISOString().replaceAll(/\D/g, '').slice(0, 14);
  return stamp + random(10).toString('hex').toUpperCase();
}
