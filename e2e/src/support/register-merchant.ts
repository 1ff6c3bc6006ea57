import { eventually } from '@tokometrics/testkit';
import { z } from 'zod';
import { POLICY_VERSION } from '@tokometrics/contracts';
import { Merchant } from './merchant.ts';
import type { System } from './start-system.ts';

const mails = z.array(z.object({ to: z.string(), subject: z.string(), text: z.string() }));

/** A second account, opened as a person does it: form, mail, link, sign-in. */
export async function registerMerchant(
  system: System,
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
export async function mailedToken(system: System, email: string): Promise<string> {
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
    { timeoutMs: 15_000, everyMs: 100 },
  );
}
