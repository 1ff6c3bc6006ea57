import { POLICY_VERSION } from '@tokometrics/contracts';
import { z } from 'zod';
import { eventually } from './eventually.ts';
import { Merchant } from './merchant.ts';

/** Where a running product is reached, and where its mail ends up. */
export interface Reached {
  readonly publicUrl: string;
  readonly mailboxUrl: string;
}

const mails = z.array(z.object({ to: z.string(), subject: z.string(), text: z.string() }));

/** A second account, opened as a person does it: form, mail, link, sign-in. */
export async function registerMerchant(
  system: Reached,
  email: string,
  password: string,
): Promise<Merchant> {
  const merchant = new Merchant(system.publicUrl);
  const registered = await merchant.call('POST', '/auth/register', {
    email,
    password,
    name: 'A merchant',
    ageConfirmed18: true,
    acceptedPolicyVersion: POLICY_VERSION,
    acceptTransfer: true,
  });
  if (registered.status !== 202) {
    throw new Error(`register answered ${String(registered.status)}`);
  }
  const token = await mailedToken(system, email);
  const verified = await merchant.call('POST', '/auth/verify-email', { token });
  if (verified.status !== 200) {
    throw new Error(`verify answered ${String(verified.status)}`);
  }
  await merchant.signIn({ email, password });
  return merchant;
}

/** The one-time token of the newest mail to this address. */
export async function mailedToken(system: Reached, email: string): Promise<string> {
  return eventually(
    async () => {
      const response = await fetch(`${system.mailboxUrl}/mails.json`);
      const found = mails.parse(await response.json()).find((mail) => mail.to.includes(email));
      const token = /\/verify\?token=([A-Za-z0-9_-]{43})/.exec(found?.text ?? '')?.[1];
      if (token === undefined) {
        throw new Error('no mail with a link yet');
      }
      return token;
    },
    { timeoutMs: 60_000, everyMs: 100 },
  );
}
