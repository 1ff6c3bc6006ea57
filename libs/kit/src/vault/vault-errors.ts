import { AppError } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';

/**
 * Keeps a status and a fixed sentence only: node-vault's own errors hold the token, the request with
 * the secret in it, or the reply.
 */
export class VaultFault extends AppError {
  /** HTTP status of Vault's answer; undefined: there was none. */
  readonly status: number | undefined;

  constructor(code: ErrorCode, message: string, status?: number, reason?: string) {
    super(code, message, reason === undefined ? {} : { details: { reason } });
    this.status = status;
  }
}

/** The named key no longer exists: what it sealed can never be opened again, by anyone. */
export class KeyShredded extends AppError {
  constructor(message = 'the key of these bytes is destroyed') {
    super('resource.gone', message, { details: { reason: 'key.shredded' } });
  }
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** Status and Vault's first error line, for decisions inside this folder; neither is kept. */
export function answerOf(error: unknown): Answer | undefined {
  const response = field(error, 'response');
  const status = field(response, 'statusCode');
  if (typeof status !== 'number') {
    return undefined;
  }
  const errors = field(field(response, 'body'), 'errors');
  return { status, text: Array.isArray(errors) ? errors.map(String).join(' ') : '' };
}

export function toVaultFault(error: unknown): AppError {
  if (error instanceof AppError) {
    return error;
  }
  const answer = answerOf(error);
  if (answer === undefined) {
    return new VaultFault('upstream.unavailable', 'vault does not answer');
  }
  const { status, text } = answer;
  if (status === 400 && text.includes('check-and-set')) {
    return new VaultFault('resource.conflict', 'the secret was changed in the meantime', status);
  }
  if (status === 404) {
    return new VaultFault('resource.not_found', 'vault knows nothing here', status);
  }
  if (status === 400) {
    return new VaultFault('internal', 'vault refused the request', status);
  }
  if (status === 403) {
    return new VaultFault('upstream.unavailable', 'vault denied access', status, 'vault.denied');
  }
  return new VaultFault('upstream.unavailable', 'vault cannot serve at present', status);
}

/** Vault and OpenBao say it in these words when a Transit key is missing. */
export function saysKeyMissing(error: unknown): boolean {
  const answer = answerOf(error);
  return (
    answer !== undefined &&
    (answer.status === 400 || answer.status === 404) &&
    /key not found|no existing key|could not delete key; not found/i.test(answer.text)
  );
}
