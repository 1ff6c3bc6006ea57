import { HEADERS, scopeOfHeaders } from '@tokometrics/contracts';
import type { InMessage } from '@tokometrics/kit';
import { KeyShredded } from './seal-errors.ts';
import { parseSealed } from './sealer.ts';
import type { Sealer } from './sealer.ts';

/**
 * For `parkBody` of a consumer: dead letters live longer than the topics they come from, so their
 * bodies are sealed. A sealed one stays as it is; a body without a scope, or of a destroyed one, is
 * not kept at all (the dead letter then holds headers, length and hash).
 */
export function parkBodyBy(
  sealer: Pick<Sealer, 'seal'>,
): (message: InMessage) => Promise<Buffer | undefined> {
  return async (message) => {
    const scope = scopeOfHeaders(message.headers);
    if (scope === undefined || message.value === null) {
      return undefined;
    }
    if (parseSealed(message.value) !== undefined) {
      return message.value;
    }
    const context = {
      ceType: message.headers[HEADERS.type] ?? '',
      ceId: message.headers[HEADERS.id] ?? '',
      ...scope,
    };
    try {
      return Buffer.from(JSON.stringify(await sealer.seal(context, message.value)));
    } catch (error) {
      if (error instanceof KeyShredded) {
        return undefined;
      }
      throw error;
    }
  };
}
