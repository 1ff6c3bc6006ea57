import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClock, createPassportVerifier } from '@tokometrics/kit';
import { aMerchantId, anAccountId } from './builders.ts';
import { createMemoryLog } from './memory-log.ts';
import { startTestPassports } from './test-passports.ts';
import type { TestPassports } from './test-passports.ts';

let passports: TestPassports;
const asked = { audience: 'analytics', merchantId: aMerchantId(), accountId: anAccountId() };

const verifier = () =>
  createPassportVerifier({
    jwksUrl: passports.jwksUrl,
    audience: 'analytics',
    clock: createClock(),
    log: createMemoryLog().log,
  });

beforeAll(async () => {
  passports = await startTestPassports();
});

afterAll(() => passports.stop());

describe('test passports', () => {
  it('are what the verifier of services accepts', async () => {
    const token = passports.sign({ ...asked, roles: ['viewer'], freshUntil: 4_000_000_000 });

    await expect(verifier().verify(token)).resolves.toMatchObject({
      merchantId: asked.merchantId,
      accountId: asked.accountId,
      roles: ['viewer'],
      freshUntil: 4_000_000_000,
    });
  });

  it.each([
    ['another audience', { audience: 'privacy' }],
    ['a lifetime of an hour', { lifetimeSeconds: 3600 }],
    ['an issue an hour ago', { issuedAt: Math.floor(Date.now() / 1000) - 3600 }],
    ['another issuer', { claims: { iss: 'someone' } }],
    ['an unknown key', { header: { kid: 'unknown' } }],
    ['another algorithm by its header', { header: { alg: 'none' } }],
  ])('are refused with %s', async (_name, change) => {
    const token = passports.sign({ ...asked, ...change });

    await expect(verifier().verify(token)).rejects.toMatchObject({ code: 'auth.required' });
  });
});
