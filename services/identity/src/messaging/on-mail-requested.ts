import { mailRequested } from '@tokometrics/contracts';
import type { InMessage, Outcome } from '@tokometrics/kit';
import { done, park } from '@tokometrics/kit';
import type { Mail } from '../domain/mail-templates.ts';

export interface MailRequestDeps {
  readonly queue: (mail: Mail) => Promise<void>;
}

/** Others ask by account and template; the address is looked up here and leaves only by mail. */
export async function onMailRequested(deps: MailRequestDeps, message: InMessage): Promise<Outcome> {
  const parsed = mailRequested.safeParse(parseJson(message.value));
  if (!parsed.success) {
    return park('schema', parsed.error);
  }
  const { mailId, accountId, template, path } = parsed.data;
  await deps.queue({ mailId, accountId, template, path });
  return done;
}

function parseJson(value: Buffer | null): unknown {
  try {
    return value === null ? undefined : JSON.parse(value.toString('utf8'));
    // eslint-disable-next-line no-restricted-syntax -- not JSON is a verdict on the record; the schema check says it
  } catch {
    return undefined;
  }
}
