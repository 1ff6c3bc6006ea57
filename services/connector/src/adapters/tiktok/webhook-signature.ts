import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Secret } from '@tokometrics/kit';

/**
 * HMAC-SHA-256 of app key and raw body under the app secret, or the one before it. Every secret is
 * tried whatever the first says, so that the time tells nothing.
 */
export function createSignatureCheck(
  appKey: string,
  secrets: readonly Secret[],
): (signature: string, body: Buffer) => boolean {
  return (signature, body) => {
    const given = Buffer.from(signature, 'hex');
    let isRight = false;
    for (const secret of secrets) {
      const mac = createHmac('sha256', secret.reveal()).update(appKey).update(body).digest();
      isRight = (given.length === mac.length && timingSafeEqual(given, mac)) || isRight;
    }
    return isRight;
  };
}
