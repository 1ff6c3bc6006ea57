import type { IncomingMessage } from 'node:http';
import { AppError } from '@tokometrics/kit';
import { request as send } from 'undici';
import type { Dispatcher } from 'undici';

/** Hands a request's method and body to an address, with these headers alone. */
export type SendToService = (
  url: string,
  request: IncomingMessage,
  headers: Readonly<Record<string, string>>,
) => Promise<Dispatcher.ResponseData>;

const TIMEOUT_MS = 30_000;

export function createServiceClient(dispatcher: Dispatcher): SendToService {
  return async (url, request, headers) => {
    const method = request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET');
    try {
      return await send(url, {
        method,
        dispatcher,
        headers,
        body: method === 'GET' ? null : request,
        headersTimeout: TIMEOUT_MS,
        bodyTimeout: TIMEOUT_MS,
      });
    } catch (error) {
      throw new AppError('upstream.unavailable', 'a part that is needed does not answer', {
        cause: error,
      });
    }
  };
}
