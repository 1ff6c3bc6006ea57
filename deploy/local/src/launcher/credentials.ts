import { randomBytes, randomInt } from 'node:crypto';
import { readTexts, writeJson } from '../engines/files.ts';

export interface Credentials {
  readonly demoEmail: string;
  readonly demoPassword: string;
  readonly csrfKey: string;
  readonly tiktokAppKey: string;
  readonly tiktokAppSecret: string;
  readonly tiktokServiceId: string;
}

/** Without letters and digits that are taken for each other when they are typed off a screen. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';

/** Four groups of five: about 99 bits, and no lists of leaked passwords hold it. */
function randomPassword(): string {
  const group = () =>
    Array.from({ length: 5 }, () => ALPHABET[randomInt(ALPHABET.length)] ?? '').join('');
  return [group(), group(), group(), group()].join('-');
}

/** Made at the first start, kept for the next ones in a file of mode 0600. */
export function ensureCredentials(file: string): Credentials {
  const known = readTexts(file);
  const credentials: Credentials = {
    demoEmail: known['demoEmail'] ?? 'demo@tokometrics.localhost',
    demoPassword: known['demoPassword'] ?? randomPassword(),
    csrfKey: known['csrfKey'] ?? randomBytes(32).toString('base64url'),
    tiktokAppKey: known['tiktokAppKey'] ?? randomBytes(6).toString('hex'),
    tiktokAppSecret: known['tiktokAppSecret'] ?? randomBytes(20).toString('hex'),
    tiktokServiceId: known['tiktokServiceId'] ?? String(randomInt(1e9, 9e9)),
  };
  writeJson(file, credentials);
  return credentials;
}
