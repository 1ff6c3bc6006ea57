import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClock, createVault, Secret } from '@tokometrics/kit';
import type { Vault } from '@tokometrics/kit';
import {
  aMerchantId,
  createMemoryLog,
  createSuiteVault,
  createTestClock,
  engineEnv,
  suiteNames,
} from '@tokometrics/testkit';
import { FIXTURE_APP, FIXTURE_SECRET, startSandbox } from '../connector.fixture.ts';
import type { Sandbox } from '../connector.fixture.ts';
import { TikTokFault } from '../domain/tiktok-fault.ts';
import { createTokenEndpoint } from './tiktok/token-endpoint.ts';
import type { TokenEndpoint } from './tiktok/token-endpoint.ts';
import { createTransport } from './tiktok/transport.ts';
import type { Transport } from './tiktok/transport.ts';
import { createVaultTokens } from './vault-tokens.ts';

const LONG = 60_000;
const WEEK_S = 7 * 86_400;

let sandbox: Sandbox;
let vaults: Vault[];
let transport: Transport;
let endpoint: TokenEndpoint;
const clock = createTestClock(new Date().toISOString());

beforeAll(async () => {
  sandbox = await startSandbox();
  const names = suiteNames(import.meta);
  const role = (await createSuiteVault(names))['connector'];
  const { log } = createMemoryLog();
  vaults = [1, 2].map(() =>
    createVault({
      address: engineEnv().VAULT_ADDR,
      ...{ roleId: role?.roleId ?? '', secretId: role?.secretId ?? '', log },
      ...{ kvMount: names.kvMount, transitMount: names.transitMount, clock: createClock() },
    }),
  );
  await Promise.all(vaults.map((vault) => vault.start()));
  const host = new URL(sandbox.url);
  transport = createTransport({ hosts: [host], timeoutMs: 5_000 });
  endpoint = createTokenEndpoint({
    ...{ transport, host, clock, random: () => 0, pause: () => Promise.resolve() },
    ...{ appKey: FIXTURE_APP.key, appSecret: new Secret(FIXTURE_SECRET) },
  });
}, LONG);

afterAll(async () => {
  await Promise.all(vaults.map((vault) => vault.stop()));
  await transport.close();
  await sandbox.stop();
});

/** Two instances with a grant of their own; `ask` counts what TikTok's token host was asked. */
async function aGrant(ask: Partial<TokenEndpoint> = {}) {
  await sandbox.control('DELETE', '/faults');
  await sandbox.control('DELETE', '/calls');
  const authorization = { merchantId: aMerchantId(), authKey: aMerchantId() };
  const [first, second] = vaults.map(({ kv }, at) =>
    createVaultTokens({
      ...{ kv, clock, instanceId: `instance-${String(at)}` },
      endpoint: at === 0 ? { ...endpoint, ...ask } : endpoint,
      // What waits for the other instance lets it work, and its clock go on.
      pause: async (ms) => {
        clock.advance(ms);
        await new Promise((resolve) => setTimeout(resolve, 20));
      },
      refuses: () => false,
      onRenewed: () => Promise.resolve(),
    }),
  );
  const { code } = (await sandbox.control('POST', '/grants', { seller: 'retail' })) as {
    code: string;
  };
  const grant = await endpoint.exchange(code);
  if (first === undefined || second === undefined) {
    throw new Error('two instances are needed');
  }
  await first.store(authorization, grant);
  const refreshes = async (): Promise<number> => {
    const { calls } = (await sandbox.control('GET', '/calls')) as { calls: { path: string }[] };
    return calls.filter(({ path }) => path.endsWith('/token/refresh')).length;
  };
  return { authorization, first, second, token: grant.accessToken, refreshes };
}

describe('tokens in Vault, of two instances', () => {
  it(
    'are renewed once, however many ask on both at the same moment, and again the next time',
    async () => {
      const { authorization, first, second, token, refreshes } = await aGrant();

      let refused = token;
      for (const round of [1, 2, 3]) {
        const present = refused;
        const renewed = await Promise.all(
          Array.from({ length: 12 }, (_, at) =>
            (at % 2 === 0 ? first : second).renew(authorization, present),
          ),
        );

        expect(new Set(renewed).size).toBe(1);
        expect(renewed[0]).not.toBe(present);
        expect(await refreshes()).toBe(round);
        refused = renewed[0] ?? '';
      }
    },
    LONG,
  );

  it(
    'are renewed once ahead of their end, when both find that it is due',
    async () => {
      const { authorization, first, second, token, refreshes } = await aGrant();
      expect(await second.access(authorization)).toBe(token);
      clock.advance((WEEK_S - 30 * 3_600) * 1000);

      const [a, b] = await Promise.all([first.access(authorization), second.access(authorization)]);

      expect(a).toBe(b);
      expect(a).not.toBe(token);
      expect(await refreshes()).toBe(1);
    },
    LONG,
  );

  it(
    'are renewed by the other when the one that began has died',
    async () => {
      const died = new Error('the process was killed');
      const { authorization, first, second, token, refreshes } = await aGrant({
        refresh: () => Promise.reject(died),
      });
      await expect(first.renew(authorization, token)).rejects.toBe(died);

      const renewed = await second.renew(authorization, token);

      expect(renewed).not.toBe(token);
      expect(await refreshes()).toBe(1);
    },
    LONG,
  );

  it.each([
    ['before TikTok has done anything', 'internal', 2],
    ['when it is asked too often', 'rate_limit', 2],
  ])(
    'outlive a renewal that fails %s',
    async (_when, kind, asked) => {
      const { authorization, first, token, refreshes } = await aGrant();
      await sandbox.control('POST', '/faults', { match: '/token/refresh', kind });

      const renewed = await first.renew(authorization, token);

      expect(renewed).not.toBe(token);
      expect(await refreshes()).toBe(asked);
    },
    LONG,
  );

  it(
    'end when the answer was lost on its way: the second try tells that they are spent',
    async () => {
      const { authorization, first, second, token, refreshes } = await aGrant();
      await sandbox.control('POST', '/faults', { match: '/token/refresh', kind: 'drop' });

      const error: unknown = await first
        .renew(authorization, token)
        .catch((thrown: unknown) => thrown);

      expect(error).toBeInstanceOf(TikTokFault);
      expect(error).toMatchObject({ kind: 'reauth', code: 36004005 });
      expect(await refreshes()).toBe(2);
      // Nor does a later try know more: it was us who spent them, as far as anybody can tell.
      await expect(second.renew(authorization, token)).rejects.toMatchObject({ kind: 'reauth' });
    },
    LONG,
  );

  it(
    'are not brought back by a renewal that was under way when they were destroyed',
    async () => {
      const { promise: isAsked, resolve: asked } = Promise.withResolvers<undefined>();
      const { promise: goOn, resolve: release } = Promise.withResolvers<undefined>();
      const { authorization, first, second, token } = await aGrant({
        refresh: async (refreshToken) => {
          asked(undefined);
          await goOn;
          return endpoint.refresh(refreshToken);
        },
      });
      const renewal = first.renew(authorization, token).catch((thrown: unknown) => thrown);
      await isAsked;

      await second.destroy(authorization);
      release(undefined);

      expect(await renewal).toMatchObject({ kind: 'reauth' });
      await expect(second.access(authorization)).rejects.toMatchObject({ kind: 'reauth' });
      await expect(first.access(authorization)).rejects.toMatchObject({ kind: 'reauth' });
    },
    LONG,
  );

  it(
    'are known to be revoked when the seller withdrew, as often as it is asked, by whichever instance',
    async () => {
      const { authorization, first, second, token, refreshes } = await aGrant();
      const { shops } = (await sandbox.control('GET', '/state')) as {
        shops: { key: string; id: string }[];
      };
      const id = shops.find(({ key }) => key === 'retail')?.id ?? '';
      await sandbox.control('POST', `/shops/${id}/revoke`, { webhook: 'lost' });

      for (const instance of [first, second, first]) {
        await expect(instance.renew(authorization, token)).rejects.toMatchObject({
          kind: 'revoked',
        });
      }
      expect(await refreshes()).toBe(3);
    },
    LONG,
  );
});
