import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RESOURCES } from '@tokometrics/contracts';
import { engineEnv, eventually } from '@tokometrics/testkit';
import { archived, grantEndsOf, lifecycleOf, mailsOf, putFence, WEEK } from './archive.fixture.ts';
import {
  aPerson,
  connect,
  openStage,
  RETAIL_NOW,
  shownShop,
  startConnector,
  statesOf,
} from './connector.fixture.ts';
import type { Person, Running, Stage } from './connector.fixture.ts';

const LONG = 240_000;
const DAY_MS = 86_400_000;

let stage: Stage;
let running: Running;
let later: Running | undefined;
const first = aPerson();
const second = aPerson();
const keys = new Map<Person, string>();
const keyOf = (person: Person): string => keys.get(person) ?? '';

beforeAll(async () => {
  stage = await openStage(import.meta);
  ({ running } = stage);
}, LONG);

afterAll(async () => {
  await later?.stop();
  await stage.stop();
}, LONG);

async function untilLoaded(person: Person): Promise<void> {
  await eventually(
    async () => {
      expect(statesOf(await shownShop(running, person, keyOf(person)))).toEqual(
        RESOURCES.map(() => 'done'),
      );
    },
    { timeoutMs: 120_000, everyMs: 500 },
  );
}

async function hasTokens({ merchantId }: Person): Promise<boolean> {
  const tokens = await fetch(
    `${engineEnv().VAULT_ADDR}/v1/${stage.place.names.kvMount}/metadata/tiktok/${merchantId}?list=true`,
    { headers: { 'x-vault-token': engineEnv().VAULT_ROOT_TOKEN } },
  );
  return tokens.ok;
}

describe('one shop that two merchants connect', () => {
  it(
    'is two shops here: each with a key, a grant and a history of its own',
    async () => {
      for (const person of [first, second]) {
        const outcome = await connect(running, stage.sandbox, person);
        expect(outcome).toMatchObject({ state: 'granted', reason: null });
        keys.set(person, outcome.shops[0]?.shopKey ?? '');
        await untilLoaded(person);
      }

      expect(keyOf(first)).not.toBe(keyOf(second));
      for (const person of [first, second]) {
        const { body } = await running.call(person, 'GET', '/v1/shops');
        expect((body as { items: { shopKey: string }[] }).items).toMatchObject([
          { shopKey: keyOf(person), status: 'active' },
        ]);
        expect(await archived(stage.place, keyOf(person))).toEqual(WEEK);
      }
      expect(await mailsOf(stage.place)).toEqual([
        `shop_connected to ${first.merchantId}`,
        `shop_connected to ${second.merchantId}`,
        `shop_connected_twice to ${first.merchantId}`,
        `shop_connected_twice to ${second.merchantId}`,
      ]);
      const foreign = await running.call(first, 'GET', `/v1/shops/${keyOf(second)}`);
      expect(foreign.status).toBe(404);
    },
    LONG,
  );

  it(
    'is refused to the merchant who has it already, whose connection stays as it is',
    async () => {
      const again = await connect(running, stage.sandbox, first);

      expect(again).toMatchObject({ state: 'failed', reason: 'shop.already_connected' });
      expect((await shownShop(running, first, keyOf(first))).status).toBe('active');
      expect(await hasTokens(first)).toBe(true);
    },
    LONG,
  );

  it(
    'stays with the one when the other leaves, who wished that TikTok Shop ends it too',
    async () => {
      const requestId = await putFence(stage.place, keyOf(first), { endGrant: true });
      await eventually(
        async () => {
          expect((await shownShop(running, first, keyOf(first))).status).toBe('disconnecting');
          expect(await hasTokens(first)).toBe(false);
        },
        { timeoutMs: 30_000, everyMs: 200 },
      );

      await eventually(async () => {
        expect(await grantEndsOf(stage.place, requestId)).toEqual(['unconfirmed']);
      });

      const seen: string[] = [];
      stage.meddler.meddle(({ url = '' }) => {
        seen.push(url);
        return undefined;
      });
      await eventually(
        () => {
          expect(seen.filter((url) => url.includes('/orders/search')).length).toBeGreaterThan(2);
        },
        { timeoutMs: 20_000, everyMs: 200 },
      );
      stage.meddler.heal();

      expect((await shownShop(running, second, keyOf(second))).status).toBe('active');
      expect(await hasTokens(second)).toBe(true);
      expect(await archived(stage.place, keyOf(second))).toEqual(WEEK);
      expect(await lifecycleOf(stage.place, keyOf(second))).toEqual(['connected@1']);
    },
    LONG,
  );
});

describe('a merchant who wishes that TikTok Shop ends our access too', () => {
  it(
    'has it ended by one call, for this one shop of the grant',
    async () => {
      const third = aPerson();
      const { shops } = await connect(running, stage.sandbox, third, {
        ...{ seller: 'synthetic', region: 'US', timezone: 'America/New_York' },
      });
      const [leaving = '', staying = ''] = shops.map(({ shopKey }) => shopKey);
      await stage.sandbox.control('DELETE', '/calls');

      const requestId = await putFence(stage.place, leaving, { endGrant: true });
      await eventually(
        async () => {
          expect(await grantEndsOf(stage.place, requestId)).toEqual(['ended']);
        },
        { timeoutMs: 20_000, everyMs: 200 },
      );
      const { calls } = (await stage.sandbox.control('GET', '/calls?limit=10000')) as {
        calls: { method: string; code: number }[];
      };
      expect(calls.filter(({ method }) => method === 'DELETE')).toMatchObject([{ code: 0 }]);
      expect((await shownShop(running, third, staying)).status).toBe('active');
    },
    LONG,
  );
});

describe('a seller who withdrew, of which no notice came', () => {
  it(
    'is found by the comparison of the next day, by nothing else and not before',
    async () => {
      // Only the list of shops is answered: no refused call can tell what the list says.
      stage.meddler.meddle(({ url = '' }) =>
        url.startsWith('/authorization/') ? undefined : (response) => response.destroy(),
      );
      const { shops } = (await stage.sandbox.control('GET', '/state')) as {
        shops: { key: string; id: string }[];
      };
      const id = shops.find(({ key }) => key === 'retail')?.id ?? '';
      await stage.sandbox.control('POST', `/shops/${id}/revoke`, { webhook: 'lost' });
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      expect((await shownShop(running, second, keyOf(second))).status).toBe('active');

      await running.stop();
      const tomorrow = new Date(Date.parse(RETAIL_NOW) + DAY_MS).toISOString();
      await stage.sandbox.control('POST', '/clock', { advance_s: DAY_MS / 1000 });
      const [, startedAt = ''] = (stage.place.env['CLOCK_AT'] ?? '').split('@');
      stage.place.env['CLOCK_AT'] = `${tomorrow}@${startedAt}`;
      later = await startConnector(stage.place);
      running = later;

      await eventually(
        async () => {
          expect((await shownShop(running, second, keyOf(second))).status).toBe('disconnecting');
        },
        { timeoutMs: 40_000, everyMs: 500 },
      );
      await eventually(async () => {
        expect(await lifecycleOf(stage.place, keyOf(second))).toEqual([
          'connected@1',
          'deauthorized@1',
        ]);
      });
      await eventually(async () => {
        expect((await mailsOf(stage.place)).at(-1)).toBe(
          `shop_deauthorized to ${second.merchantId}`,
        );
      });
      // Erasing is not this service's to begin: what it holds waits for the fence.
      expect(await archived(stage.place, keyOf(second))).toEqual(WEEK);
    },
    LONG,
  );
});
