import { Merchant } from './merchant.ts';
import type { System } from './start-system.ts';

export const RETAIL = { seller: 'retail', region: 'GB', timezone: 'Europe/London' } as const;
export const INDONESIAN = {
  seller: 'synthetic',
  region: 'ID',
  timezone: 'Asia/Jakarta',
} as const;

/** The merchant of the demo login, signed in. */
export async function signInAsDemo<M extends Merchant>(system: System, merchant: M): Promise<M> {
  const { demoEmail: email, demoPassword: password } = system.stack.credentials;
  await merchant.signIn({ email, password });
  return merchant;
}

/** The demo merchant with a shop that has just been connected. */
export async function connectAsDemo(system: System, wish: typeof RETAIL | typeof INDONESIAN) {
  const merchant = await signInAsDemo(system, new Merchant(system.publicUrl));
  const [shopKey = ''] = await merchant.connect(wish);
  return { merchant, shopKey };
}

/** The demo merchant with a shop that has been read to its end. */
export async function loadAsDemo(
  system: System,
  wish: typeof RETAIL | typeof INDONESIAN = RETAIL,
  limitMs?: number,
) {
  const opened = await connectAsDemo(system, wish);
  await opened.merchant.untilComplete(opened.shopKey, limitMs);
  return opened;
}
