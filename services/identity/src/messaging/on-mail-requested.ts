import { mailRequested } from '@tokometrics/contracts';
import type { InMessage, Outcome } from '@tokometrics/kit';
import { done, jsonOf, park } from '@tokometrics/kit';
import type { Mail } from '../domain/mail-templates.ts';

export interface MailRequestDeps {
  readonly queue: (mail: Mail) => Promise<void>;
}

/** Others ask by account and template; the address is looked up here and leaves only by mail. */
export async function onMailRequested(deps: MailRequestDeps, message: InMessage): Promise<Outcome> {
  const parsed = mailRequested.safeParse(jsonOf(message.value));
  if (!parsed.success) {
    return park('schema', parsed.error);
  }
  const { mailId, accountId, template, path } = parsed.data;
  await deps.queue({ mailId, accountId, template, path });
  return done;
}
