import { Readable } from 'node:stream';
import { AppError } from '@tokometrics/kit';
import { request as send } from 'undici';
import type { Dispatcher } from 'undici';
import type { SendToService } from '../domain/ports.ts';

const TIMEOUT_MS = 30_000;

export function createServiceClient(dispatcher: Dispatcher): SendToService {
  return async (url, request, headers) => {
    const method = request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET');
    try {
      return await send(url, {
        method,
        dispatcher,
        headers,
        body: method === 'GET' ? null : Readable.from(request, { objectMode: false }),
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
