import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RESOURCES } from '@tokometrics/contracts';
import { eventually } from '@tokometrics/testkit';
import { lifecycleOf, readShop } from './archive.fixture.ts';
import {
  aPerson,
  openPlace,
  RETAIL_SCOPES,
  shownShop,
  startConnector,
  statesOf,
} from './connector.fixture.ts';
import type { Person, Place, Running } from './connector.fixture.ts';
import { startPlatform } from './platform.fixture.ts';
import type { Platform } from './platform.fixture.ts';

const LONG = 120_000;

let platform: Platform;
let place: Place;
let running: Running;
const person = aPerson();
let shopKey: string;

beforeAll(async () => {
  platform = await startPlatform(Math.floor(Date.now() / 1000));
  place = await openPlace(import.meta, platform);
  running = await startConnector(place);
}, LONG);

afterAll(async () => {
  await running.stop();
  await place.stop();
  await platform.stop();
}, LONG);

/** As a browser does it: to the page of the platform, and back with what it says. */
async function connectHere(who: Person) {
  const begun = await running.call(who, 'POST', '/v1/shops/connect', {
    ...{ region: 'GB', timezone: 'Europe/London' },
  });
  const { authorizeUrl, connectId } = begun.body as { authorizeUrl: string; connectId: string };
  const page = await fetch(authorizeUrl, { redirect: 'manual' });
  const [, query = ''] = (page.headers.get('location') ?? '').split('?');
  await running.call(who, 'GET', `/v1/shops/callback?${query}`);
  const { body } = await running.call(who, 'GET', `/v1/shops/connect/${connectId}`);
  return body as { state: string; shops: { shopKey: string }[]; missing: string[] };
}

const stages = async (): Promise<string[]> => {
  const { status, sync } = await shownShop(running, person, shopKey);
  return [status, ...sync.stages.map(({ state, error }) => error ?? state)];
};

describe('another platform, set by its addresses alone', () => {
  it(
    'connects, and its rows arrive without anything of its buyers',
    async () => {
      const outcome = await connectHere(person);
      expect(outcome).toMatchObject({ state: 'granted', missing: [] });
      shopKey = outcome.shops[0]?.shopKey ?? '';

      await eventually(
        async () => {
          expect(statesOf(await shownShop(running, person, shopKey))).toEqual(
            RESOURCES.map(() => 'done'),
          );
        },
        { timeoutMs: 60_000, everyMs: 200 },
      );

      const counts = [];
      let text = '';
      for (const resource of RESOURCES) {
        // What has no history is read as it is now.
        const twin = ['inventory', 'unsettled'].includes(resource) ? '' : '.bf';
        const entries = await readShop(place, `tm.raw.${resource}.v1${twin}`, shopKey);
        counts.push(entries.filter(({ kind }) => kind === 'record').length);
        text += JSON.stringify(entries, (_key, value: unknown) =>
          typeof value === 'bigint' ? String(value) : value,
        );
      }
      expect(counts).toEqual([3, 1, 1, 1, 1, 2, 1]);
      expect(text).toContain('577000000000000003');
      expect(text).not.toContain('Nobody');
    },
    LONG,
  );

  it(
    'grants less when the tokens are renewed: finance waits, orders are read on',
    async () => {
      platform.grant(RETAIL_SCOPES.filter((scope) => scope !== 'seller.finance.info'));
      platform.expire();

      await eventually(
        async () => {
          expect(await stages()).toEqual([
            ...['active', 'done', 'done'],
            ...['shop.scope_missing', 'shop.scope_missing', 'shop.scope_missing'],
            ...['done', 'shop.scope_missing'],
          ]);
        },
        { timeoutMs: 20_000, everyMs: 200 },
      );
      const before = platform.calls.length;
      const called = (part: string): number =>
        platform.calls.slice(before).filter((path) => path.includes(part)).length;
      await eventually(
        () => {
          expect(called('/orders/search')).toBeGreaterThan(3);
        },
        { timeoutMs: 20_000, everyMs: 200 },
      );

      // Two of its turns have gone by.
      expect(called('/finance/')).toBe(0);
      expect(place.log.text()).toContain('the permissions of a shop have changed');
    },
    LONG,
  );

  it(
    'grants it again, and something unknown besides: finance goes on, the unknown is counted only',
    async () => {
      platform.grant([...RETAIL_SCOPES, 'seller.invented.thing']);
      platform.expire();

      await eventually(
        async () => {
          expect(await stages()).toEqual(['active', ...RESOURCES.map(() => 'done')]);
        },
        { timeoutMs: 20_000, everyMs: 200 },
      );
      const metrics = await (await fetch(`${running.opsUrl}/metrics`)).text();
      expect(metrics).toMatch(/unknown_scopes_total [1-9]/);
      expect(place.log.text()).not.toContain('seller.invented.thing');
    },
    LONG,
  );

  it(
    'grants changes: the connection is used no more, and holds no token',
    async () => {
      platform.grant([...RETAIL_SCOPES, 'seller.order.write']);
      platform.expire();

      await eventually(
        async () => {
          expect((await stages())[0]).toBe('reauth_required');
        },
        { timeoutMs: 20_000, everyMs: 200 },
      );
      await eventually(async () => {
        expect(await lifecycleOf(place, shopKey)).toEqual(['connected@1', 'reauth_required@1']);
      });
      const before = platform.calls.length;
      await new Promise((resolve) => setTimeout(resolve, 3_000));

      // Several turns of every loop.
      expect(platform.calls.slice(before)).toEqual([]);
      expect((await connectHere(person)).state).toBe('failed');

      platform.grant(RETAIL_SCOPES);
      expect((await connectHere(person)).state).toBe('granted');
      await eventually(
        async () => {
          expect((await stages())[0]).toBe('active');
        },
        { timeoutMs: 20_000, everyMs: 200 },
      );
    },
    LONG,
  );
});
