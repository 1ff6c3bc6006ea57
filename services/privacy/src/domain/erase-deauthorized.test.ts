import { describe, expect, it } from '@jest/globals';
import { aShopLifecycle } from '@tokometrics/testkit';
import { eraseDeauthorized, hourlyCap } from './erase-deauthorized.ts';
import { release, releaseHeld } from './release-held.ts';
import { due } from './saga.ts';
import type { SagaState } from './saga-state.ts';

const START = Date.parse('2026-11-25T10:00:00.000Z');
const MINUTE = 60_000;

/** Shops as the topic tells of them, and the requests that were opened for them. */
function aPrivacyService(count: number) {
  const shops = Array.from({ length: count }, () => aShopLifecycle({ state: 'deauthorized' }));
  const requests: SagaState[] = [];
  const closed = new Set<string>();
  const kicked: string[] = [];
  const held: string[] = [];
  let nowMs = START;
  let ids = 0;
  const deps = {
    shops: () => shops,
    isClosed: (shopKey: string) => closed.has(shopKey),
    listOpen: () => Promise.resolve(requests),
    listDeauthorizations: (since: string) =>
      Promise.resolve(requests.filter(({ receivedAt }) => receivedAt > since)),
    discardHeld: (requestId: string) => {
      const at = requests.findIndex((one) => one.requestId === requestId && one.phase === 'HELD');
      requests.splice(at, at < 0 ? 0 : 1);
      return Promise.resolve();
    },
    openOnce: (state: SagaState) => {
      const same = requests.find(
        (one) => one.shopKey === state.shopKey && one.throughEpoch === state.throughEpoch,
      );
      if (same === undefined) {
        requests.push(state);
      }
      return Promise.resolve(same ?? state);
    },
    load: (requestId: string) => {
      const state = requests.find((one) => one.requestId === requestId);
      return state === undefined
        ? Promise.reject(new Error('no such request'))
        : Promise.resolve({ state, rev: 0 });
    },
    save: (state: SagaState) => {
      requests.splice(
        requests.findIndex((one) => one.requestId === state.requestId),
        1,
        state,
      );
      return Promise.resolve(true);
    },
    findShop: (shopKey: string) => shops.find((shop) => shop.shopKey === shopKey),
    kick: (requestId: string) => kicked.push(requestId),
    newId: () => `01JD000000000000000000${String((ids += 1)).padStart(4, '0')}`,
    now: () => new Date(nowMs),
    onHeld: ({ requestId }: SagaState) => held.push(requestId),
  };
  return {
    ...{ deps, shops, requests, closed, kicked, held },
    runAt: async (minutes: number) => {
      nowMs = START + minutes * MINUTE;
      await eraseDeauthorized(deps);
      return requests.map(({ phase }) => phase);
    },
  };
}

describe('eraseDeauthorized', () => {
  it('opens one erasure for a shop whose seller has withdrawn, however often it looks', async () => {
    const { runAt, requests, kicked } = aPrivacyService(1);

    await runAt(0);
    expect(await runAt(1)).toEqual(['INTENT']);
    expect(kicked).toHaveLength(1);
    expect(requests[0]).toMatchObject({ trigger: 'deauthorization', accountId: null });
  });

  it('goes by what is true now: not a shop that was connected again, nor one that is closed', async () => {
    const { runAt, shops, closed } = aPrivacyService(3);
    const [again, over] = shops;
    shops.splice(0, 1, aShopLifecycle({ ...again, state: 'connected' }));
    closed.add(over?.shopKey ?? '');

    expect(await runAt(0)).toEqual(['INTENT']);
  });

  it('holds what goes over five in an hour, and says so once', async () => {
    const { runAt, held } = aPrivacyService(8);

    const five = ['INTENT', 'INTENT', 'INTENT', 'INTENT', 'INTENT'];
    expect(await runAt(0)).toEqual([...five, 'HELD', 'HELD', 'HELD']);
    // Time alone lets nothing go that was held.
    expect(await runAt(61)).toEqual([...five, 'HELD', 'HELD', 'HELD']);
    expect(held).toHaveLength(3);
  });

  it('forgets what it held for a shop that was connected again, and holds it anew if need be', async () => {
    const { runAt, shops, requests } = aPrivacyService(6);
    await runAt(0);
    const [, , , , , last] = shops;
    shops.splice(5, 1, aShopLifecycle({ ...last, state: 'connected' }));
    expect(await runAt(1)).toEqual(['INTENT', 'INTENT', 'INTENT', 'INTENT', 'INTENT']);
    shops.splice(5, 1, aShopLifecycle({ ...last, state: 'deauthorized' }));

    await runAt(2);
    expect(requests.at(-1)).toMatchObject({ shopKey: last?.shopKey, phase: 'HELD' });
  });

  it('counts what began in the last hour alone', async () => {
    const service = aPrivacyService(5);
    await service.runAt(0);
    for (let more = 0; more < 5; more += 1) {
      service.shops.push(aShopLifecycle({ state: 'deauthorized' }));
    }
    expect((await service.runAt(59)).at(-1)).toBe('HELD');
    service.shops.push(aShopLifecycle({ state: 'deauthorized' }));

    expect((await service.runAt(61)).at(-1)).toBe('INTENT');
  });

  it('lets one in a hundred go where there are many shops', () => {
    expect([0, 10, 500, 599, 600, 12_345].map(hourlyCap)).toEqual([5, 5, 5, 5, 6, 123]);
  });
});

describe('an erasure that is held', () => {
  const aHeld = async () => {
    const service = aPrivacyService(6);
    await service.runAt(0);
    return { ...service, id: service.requests[5]?.requestId ?? '' };
  };

  it('does nothing by itself', async () => {
    const { requests } = await aHeld();

    expect(requests[5]).toMatchObject({ state: 'ATTENTION', attention: 'erasure.suspect' });
    const [, , , , , held] = requests;
    expect(held === undefined ? undefined : due(held, '2027-01-01T00:00:00.000Z').kind).toBe(
      'wait',
    );
  });

  it('begins when staff release it', async () => {
    const { deps, requests, kicked, id } = await aHeld();

    await releaseHeld(deps, id);

    expect(requests[5]).toMatchObject({ phase: 'INTENT', state: 'EXECUTING', attention: null });
    expect(kicked.at(-1)).toBe(id);
    await expect(releaseHeld(deps, id)).rejects.toMatchObject({ code: 'resource.conflict' });
  });

  it('is refused to staff once the shop is connected again, but not to its merchant', async () => {
    const { deps, shops, requests, id } = await aHeld();
    shops.splice(5, 1, aShopLifecycle({ ...shops[5], state: 'connected' }));

    await expect(releaseHeld(deps, id)).rejects.toMatchObject({ code: 'resource.conflict' });
    expect(requests[5]?.phase).toBe('HELD');
    expect(await release(deps, id)).toBe(true);
    expect(requests[5]?.phase).toBe('INTENT');
  });
});
