import { describe, expect, it } from '@jest/globals';
import { aConnection } from './connection.fixture.ts';
import { endGrant } from './end-grant.ts';
import type { EndGrantDeps } from './end-grant.ts';
import type { Connection } from './connection.ts';

type Result = 'ended' | 'unconfirmed';

/** One shop's connections in a store that several instances share; waiting takes its time at once. */
function aShop(...connections: Connection[]) {
  const claimed = new Set<Connection>();
  const kept = new Map<Connection, Result>();
  const asked: number[] = [];
  let nowMs = 0;
  const deps: EndGrantDeps = {
    connectionsOf: () => Promise.resolve(connections),
    isReadHere: () => true,
    isReadByOthers: () => Promise.resolve(false),
    claim: (connection) => {
      const isOurs = !claimed.has(connection);
      claimed.add(connection);
      return Promise.resolve(isOurs);
    },
    ask: ({ epoch }) => {
      asked.push(epoch);
      return Promise.resolve();
    },
    keep: (connection, result) => {
      kept.set(connection, result);
      return Promise.resolve();
    },
    resultOf: (connection) => Promise.resolve(kept.get(connection)),
    pause: (ms) => {
      nowMs += ms;
      return Promise.resolve();
    },
    monotonicMs: () => nowMs,
    onUnconfirmed: () => undefined,
  };
  return { deps, asked, kept, claimed, waitedMs: () => nowMs };
}

describe('endGrant', () => {
  it('asks for the open connection that the fence covers', async () => {
    const { deps, asked } = aShop(
      aConnection({ epoch: 3 }),
      aConnection({ epoch: 2 }),
      aConnection({ epoch: 1, state: 'closed' }),
    );

    expect(await endGrant(deps, 'shop', 2)).toBe('ended');
    expect(asked).toEqual([2]);
  });

  it('asks for nothing when nothing is open', async () => {
    const { deps, asked } = aShop(aConnection({ state: 'closed' }));

    expect(await endGrant(deps, 'shop', 1)).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it('tells that it is not confirmed, whatever went wrong', async () => {
    const { deps, kept } = aShop(aConnection());
    const failing = { ...deps, ask: () => Promise.reject(new Error('no answer')) };

    expect(await endGrant(failing, 'shop', 1)).toBe('unconfirmed');
    expect([...kept.values()]).toEqual(['unconfirmed']);
  });

  it('takes no shop from another merchant who reads it too', async () => {
    const { deps, asked } = aShop(aConnection());
    const shared = { ...deps, isReadByOthers: () => Promise.resolve(true) };

    expect(await endGrant(shared, 'shop', 1)).toBe('unconfirmed');
    expect(asked).toEqual([]);
  });

  it('leaves it to the instance that was first, and waits for it', async () => {
    const shop = aShop(aConnection());
    const { deps, asked } = shop;
    const answers = await Promise.all([1, 2, 3].map(() => endGrant(deps, 'shop', 1)));

    expect(answers.filter((answer) => answer !== undefined)).toEqual(['ended']);
    expect(asked).toHaveLength(1);
  });

  it('leaves it to others where it does not read the shop itself', async () => {
    const { deps, claimed } = aShop(aConnection());

    expect(await endGrant({ ...deps, isReadHere: () => false }, 'shop', 1)).toBeUndefined();
    expect(claimed.size).toBe(0);
  });

  it('does not wait for one that died at it longer than the tokens last', async () => {
    const connection = aConnection();
    const { deps, claimed, waitedMs } = aShop(connection);
    claimed.add(connection);

    expect(await endGrant(deps, 'shop', 1)).toBeUndefined();
    expect(waitedMs()).toBe(1_500);
  });
});
