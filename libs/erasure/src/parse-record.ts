import type { InMessage } from '@tokometrics/kit';

interface Schema<T> {
  safeParse(value: unknown): { readonly success: boolean; readonly data?: T | undefined };
}

/** A record's body by its schema; undefined for a tombstone, for what is not JSON, and for what does not fit. */
export function parseRecord<T>(
  schema: Schema<T>,
  message: Pick<InMessage, 'value'>,
): T | undefined {
  if (message.value === null) {
    return undefined;
  }
  try {
    return schema.safeParse(JSON.parse(message.value.toString('utf8'))).data;
  } catch {
    return undefined;
  }
}
