import { notice } from '@tokometrics/contracts';
import type { Notice } from '@tokometrics/contracts';
import type { InMessage } from '@tokometrics/kit';

/** What a page should read again; a record that is none is left out, since nothing hangs on it. */
export function onNotice(publish: (parsed: Notice) => void, { value }: InMessage): void {
  const parsed = notice.safeParse(parseJson(value));
  if (parsed.success) {
    publish(parsed.data);
  }
}

function parseJson(value: Buffer | null): unknown {
  try {
    return value === null ? undefined : JSON.parse(value.toString('utf8'));
  } catch {
    // Not JSON: the schema check above says the rest.
    return undefined;
  }
}
