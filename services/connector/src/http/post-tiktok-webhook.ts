import { createHash } from 'node:crypto';
import {
  AppError,
  defineRoute,
  noAudit,
  parseLosslessJson,
  parseStrictJson,
  reply,
} from '@tokometrics/kit';
import type { Route } from '@tokometrics/kit';
import { z } from 'zod';
import { judgeWebhook } from '../domain/accept-webhook.ts';
import type { AcceptDeps, InboxNotice } from '../domain/accept-webhook.ts';
import { settle } from '../domain/settle.ts';

export interface WebhookDeps extends AcceptDeps {
  readonly isSigned: (signature: string, body: Buffer) => boolean;
  /** Resolves once the notice is durable; false when it was done long ago. */
  readonly store: (id: string, notice: InboxNotice) => Promise<boolean>;
  readonly work: (notice: InboxNotice) => void;
  readonly count: (outcome: WebhookOutcome) => void;
}
type WebhookOutcome =
  | 'accepted'
  | 'repeated'
  | 'unsigned'
  | 'malformed'
  | 'late'
  | 'type'
  | 'shape'
  | 'unknown_shop'
  | 'before_connection';

const MAX_BYTES = 256 * 1024;
const SIGNATURE = /^[0-9a-f]{64}$/;
const MAX_DEPTH = 32;

export function postTiktokWebhook(deps: WebhookDeps): Route {
  return defineRoute({
    method: 'post',
    path: '/v1/webhooks/tiktok',
    summary: 'Notices from TikTok Shop, signed by the app secret',
    raw: true,
    bodyLimit: MAX_BYTES,
    response: { status: 200, schema: z.undefined() },
    errors: ['request.invalid', 'request.media_type', 'auth.required', 'upstream.unavailable'],
    auth: 'anonymous',
    audit: noAudit('a notice of the platform, kept in the inbox'),
    handle: async ({ headers, repeatedHeaders, rawBody = Buffer.alloc(0) }) => {
      assertJson(headers['content-type'], headers['content-encoding']);
      // Node keeps the first of several: which one was meant is not for us to guess.
      const isOne = !repeatedHeaders.has('authorization');
      assertSigned(deps, isOne ? headers.authorization : undefined, rawBody);
      const body = await settle(Promise.resolve(rawBody).then(parseBody));
      if (!body.ok) {
        deps.count('malformed');
        throw new AppError('request.invalid', 'the body is not JSON');
      }
      await accept(deps, body.value, createHash('sha256').update(rawBody).digest('hex'));
      return reply(200);
    },
  });
}

async function accept(deps: WebhookDeps, body: unknown, bodyHash: string): Promise<void> {
  for (const verdict of await judgeWebhook(deps, body, bodyHash)) {
    switch (verdict.kind) {
      case 'late':
        deps.count('late');
        throw new AppError('request.invalid', 'the timestamp is not of these hours');
      case 'unusable':
        deps.count(verdict.why);
        break;
      case 'notice':
        // The row first: only what is durable may be acknowledged.
        if (await deps.store(verdict.id, verdict.notice)) {
          deps.count('accepted');
          deps.work(verdict.notice);
        } else {
          deps.count('repeated');
        }
        break;
      case 'unknown_shop':
      case 'before_connection':
        deps.count(verdict.kind);
        break;
    }
  }
}

function parseBody(raw: Buffer): unknown {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(raw);
  parseStrictJson(text, MAX_DEPTH);
  return parseLosslessJson(text);
}

function assertJson(contentType: string | undefined, encoding: string | undefined): void {
  const [type = '', ...parameters] = (contentType ?? '').toLowerCase().split(';');
  const isUtf8 = parameters.every((part) => ['', 'charset=utf-8'].includes(part.trim()));
  if (type.trim() !== 'application/json' || !isUtf8 || (encoding ?? 'identity') !== 'identity') {
    throw new AppError('request.media_type', 'plain JSON in UTF-8 is expected');
  }
}

/** The form is checked first: a comparison in constant time needs two texts of one length. */
function assertSigned(deps: WebhookDeps, signature: string | undefined, body: Buffer): void {
  const wellFormed = signature !== undefined && SIGNATURE.test(signature);
  // Also for a malformed one, so that both take the same work.
  const isRight = deps.isSigned(wellFormed ? signature : '0'.repeat(64), body);
  if (!wellFormed || !isRight) {
    deps.count('unsigned');
    throw new AppError('auth.required', 'the signature does not fit');
  }
}
