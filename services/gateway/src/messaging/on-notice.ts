import { notice } from '@tokometrics/contracts';
import type { Notice } from '@tokometrics/contracts';
import { jsonOf } from '@tokometrics/kit';
import type { InMessage } from '@tokometrics/kit';

/** What a page should read again; a record that is none is left out, since nothing hangs on it. */
export function onNotice(publish: (parsed: Notice) => void, { value }: InMessage): void {
  const parsed = notice.safeParse(jsonOf(value));
  if (parsed.success) {
    publish(parsed.data);
  }
}
