import express, { type Request, type RequestHandler, type Response } from 'express';
import { AppError } from '../errors.ts';
import type { Route } from './define-route.ts';
import { parseJsonBody } from './parse-request.ts';

interface ReadBody {
  readonly body: unknown;
  readonly rawBody: Buffer | undefined;
}

export type BodyReader = (request: Request, response: Response) => Promise<ReadBody>;

const JSON_TYPE = /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

/** Media type and declared length are judged before a byte is read; compressed bodies are refused. */
export function createBodyReader(route: Route): BodyReader {
  const readBytes = express.raw({ limit: route.bodyLimit, type: () => true, inflate: false });
  return async (request, response) => {
    const isEmpty =
      request.headers['transfer-encoding'] === undefined &&
      Number(request.headers['content-length'] ?? 0) === 0;
    if (isEmpty) {
      return route.raw
        ? { body: {}, rawBody: Buffer.alloc(0) }
        : { body: route.hasBody ? undefined : {}, rawBody: undefined };
    }
    if (!route.raw && !JSON_TYPE.test(request.headers['content-type'] ?? '')) {
      throw new AppError('request.media_type', 'a body must be application/json in UTF-8');
    }
    await runMiddleware(readBytes, request, response);
    const bytes: unknown = request.body;
    const rawBody = Buffer.isBuffer(bytes) ? bytes : Buffer.alloc(0);
    return route.raw ? { body: {}, rawBody } : { body: parseJsonBody(rawBody), rawBody: undefined };
  };
}

async function runMiddleware(
  middleware: RequestHandler,
  request: Request,
  response: Response,
): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      void middleware(request, response, (error?: unknown) => {
        if (error === undefined) {
          resolve();
        } else {
          reject(error instanceof Error ? error : new Error('body not read'));
        }
      });
    });
  } catch (error) {
    throw toAppError(error);
  }
}

/** The body reader says by a status what was wrong; its message may quote the request. */
function toAppError(error: unknown): unknown {
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  if (status === 413) {
    return new AppError('request.too_large', 'the body is larger than this route takes');
  }
  if (status === 415) {
    return new AppError('request.media_type', 'a compressed body is not accepted');
  }
  return status === 400 ? new AppError('request.invalid', 'the body was cut off') : error;
}
