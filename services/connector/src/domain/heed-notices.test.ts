import { describe, expect, it } from '@jest/globals';
import { aConnection } from './connection.fixture.ts';
import type { Connection } from './connection.ts';
import { heedDeauthorizations } from './heed-notices.ts';
import { TikTokFault } from './tiktok-fault.ts';

/** A shop that waits for a new grant, with these notices in its inbox. */
function aWaitingShop(types: readonly number[], listShops: () => Promise<never[]>) {
  const connection = aConnection({ status: 'reauth_required' });
  const happened: string[] = [];
  const settled: string[] = [];
  const deps = {
    waiting: () => Promise.resolve([connection]),
    pendingOfType: (_connection: Connection, wanted: number) =>
      Promise.resolve(
        types.flatMap((type, at) => (type === wanted ? [{ _id: `notice ${String(at)}` }] : [])),
      ),
    settle: (ids: readonly string[]) => {
      settled.push(...ids);
      return Promise.resolve();
    },
    onUnanswered: () => happened.push('unanswered'),
    connectionsOfAuthorization: () => Promise.resolve([connection]),
    markReauth: () => Promise.resolve(false),
    markDeauthorized: () => {
      happened.push('ended');
      return Promise.resolve(true);
    },
    announce: () => Promise.resolve(),
    tellOwner: () => Promise.resolve(),
    stopWork: () => undefined,
    listShops,
    shopIdOf: () => Promise.resolve('7495514739849136137'),
    onSuspect: () => happened.push('suspected'),
  };
  return { deps, happened, settled };
}

describe('heedDeauthorizations', () => {
  const revoked = () => Promise.reject(new TikTokFault('revoked', 'no such grant'));

  it('hears of a seller who withdrew although no work reads the inbox', async () => {
    const { deps, happened, settled } = aWaitingShop([1, 6, 6], revoked);

    await heedDeauthorizations(deps);

    expect(happened).toEqual(['ended']);
    expect(settled).toEqual(['notice 1', 'notice 2']);
  });

  it('asks nothing where no notice speaks of it', async () => {
    const { deps, happened } = aWaitingShop([1, 5], () => {
      throw new Error('asked');
    });

    await heedDeauthorizations(deps);

    expect(happened).toEqual([]);
  });

  it('keeps the notice while TikTok cannot be asked', async () => {
    const { deps, happened, settled } = aWaitingShop([6], () =>
      Promise.reject(new TikTokFault('retry', 'no answer')),
    );

    await heedDeauthorizations(deps);

    expect(happened).toEqual(['unanswered']);
    expect(settled).toEqual([]);
  });

  it('ends nothing when the grant is of no use for another reason', async () => {
    const { deps, happened, settled } = aWaitingShop([6], () =>
      Promise.reject(new TikTokFault('reauth', 'it has run out')),
    );

    await heedDeauthorizations(deps);

    expect(happened).toEqual([]);
    expect(settled).toEqual(['notice 0']);
  });
});
