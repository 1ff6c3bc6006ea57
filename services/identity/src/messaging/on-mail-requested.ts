import { mailRequested } from '@tokometrics/contracts';
import type { InMessage, Outcome } from '@tokometrics/kit';
import { done, jsonOf, park } from '@tokometrics/kit';
import type { Mail } from '../domain/mail-templates.ts';

export interface MailRequestDeps {
  readonly queue: (mail: Mail) => Promise<void>;
  readonly accountsOf: (merchantId: string) => Promise<readonly string[]>;
}

/** Others ask by account or merchant, and template; the address is looked up here and leaves only by mail. */
export async function onMailRequested(deps: MailRequestDeps, message: InMessage): Promise<Outcome> {
  const parsed = mailRequested.safeParse(jsonOf(message.value));
  if (!parsed.success) {
    return park('schema', parsed.error);
  }
  const { mailId, accountId, merchantId, template, path } = parsed.data;
  if (accountId !== null) {
    await deps.queue({ mailId, accountId, template, path });
  }
  for (const each of merchantId === null ? [] : await deps.accountsOf(merchantId)) {
    await deps.queue({ mailId: `${mailId}:${each}`, accountId: each, template, path });
  }
  return done;
}
