import { describe, expect, it } from '@jest/globals';
import { aConnection } from './connection.fixture.ts';
import { reconcileShops } from './reconcile-shops.ts';
import { TikTokFault } from './tiktok-fault.ts';

const HOUR = 3_600_000;
const START = Date.parse('2026-11-01T00:00:00Z');

/** Two shops of one grant, connected at START; the platform lists what `listed` says. */
function aDayOfAGrant(listed: () => Promise<string[]>) {
  const shops = ['gone', 'kept'].map((id) => ({ id, connection: aConnection() }));
  const happened: string[] = [];
  let nowMs = START;
  let comparedAt = START;
  let asked = 0;
  const nameOf = (shopKey: string) =>
    shops.find(({ connection }) => connection.shopKey === shopKey)?.id ?? 'nobody';
  const run = () =>
    reconcileShops({
      now: () => new Date(nowMs),
      dueBefore: (instant) =>
        Promise.resolve(comparedAt <= instant.getTime() ? ['auth-1', 'auth-1'] : []),
      claim: (_authKey, dueBefore, at) => {
        const isOurs = comparedAt <= dueBefore.getTime();
        comparedAt = isOurs ? at.getTime() : comparedAt;
        return Promise.resolve(isOurs);
      },
      setCompared: (_authKey, at) => {
        comparedAt = at.getTime();
        return Promise.resolve();
      },
      onUnanswered: () => happened.push('unanswered'),
      connectionsOfAuthorization: () =>
        Promise.resolve([
          ...shops.map(({ connection }) => connection),
          aConnection({ state: 'closed' }),
          aConnection({ status: 'deauthorized' }),
        ]),
      markReauth: ({ shopKey, state, status }) => {
        const isFirst = state === 'open' && status === 'active';
        happened.push(...(isFirst ? [`${nameOf(shopKey)} marked`] : []));
        return Promise.resolve(isFirst);
      },
      markDeauthorized: ({ shopKey, state, status }) => {
        const isFirst = state === 'open' && status !== 'deauthorized';
        happened.push(...(isFirst ? [`${nameOf(shopKey)} ended`] : []));
        return Promise.resolve(isFirst);
      },
      tellOwner: () => Promise.resolve(),
      announce: () => Promise.resolve(),
      stopWork: () => undefined,
      listShops: async () => {
        asked += 1;
        return (await listed()).map((id) => ({
          ...{ id, name: '', region: 'ID', sellerType: 'LOCAL', cipher: '' },
        }));
      },
      shopIdOf: ({ shopKey }) => Promise.resolve(nameOf(shopKey)),
      onSuspect: () => happened.push('suspected'),
    });
  const after = async (hours: number) => {
    nowMs = START + hours * HOUR;
    await run();
    return happened;
  };
  return { after, asked: () => asked };
}

describe('reconcileShops', () => {
  it('finds a shop whose deauthorization was never told, once a day has gone by', async () => {
    const { after, asked } = aDayOfAGrant(() => Promise.resolve(['kept']));

    expect(await after(23.9)).toEqual([]);
    expect(asked()).toBe(0);
    expect(await after(24)).toEqual(['gone ended']);
  });

  it('asks once a day, however often it is called', async () => {
    const { after, asked } = aDayOfAGrant(() => Promise.resolve(['kept', 'gone']));

    for (let hours = 0; hours < 72; hours += 0.25) {
      await after(hours);
    }

    expect(asked()).toBe(2);
    expect(await after(72)).toEqual([]);
  });

  it('retires every shop at work when the grant itself is refused', async () => {
    const { after } = aDayOfAGrant(() => Promise.reject(new TikTokFault('reauth', 'it has ended')));

    expect(await after(24)).toEqual(['gone marked', 'kept marked']);
  });

  it('ends every shop when TikTok no longer knows the grant', async () => {
    const { after } = aDayOfAGrant(() =>
      Promise.reject(new TikTokFault('revoked', 'no such grant')),
    );

    expect((await after(24)).slice(0, 2)).toEqual(['gone ended', 'kept ended']);
  });

  it('believes nothing of a list that did not come, and asks again an hour later', async () => {
    const { after, asked } = aDayOfAGrant(() =>
      Promise.reject(new TikTokFault('retry', 'no answer')),
    );

    await after(24);
    await after(24.9);
    expect(asked()).toBe(1);
    expect(await after(25)).toEqual(['unanswered', 'unanswered']);
    expect(asked()).toBe(2);
  });
});
