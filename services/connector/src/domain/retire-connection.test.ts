import { describe, expect, it } from '@jest/globals';
import { aConnection } from './connection.fixture.ts';
import type { Connection } from './connection.ts';
import { confirmDeauthorization, retireAuthorization } from './retire-connection.ts';
import { TikTokFault } from './tiktok-fault.ts';

const SHOP_ID = '7495514739849136137';

/** Connections of one authorization, with a store that marks each of them once. */
function anAuthorization(listShops: () => Promise<{ id: string }[]> = () => Promise.resolve([])) {
  const connections = [aConnection(), aConnection()];
  const marked = new Set<string>();
  const ended = new Set<string>();
  const happened: string[] = [];
  const nameOf = ({ shopKey }: Connection) =>
    `shop ${String(connections.findIndex((one) => one.shopKey === shopKey))}`;
  return {
    connections,
    happened,
    deps: {
      connectionsOfAuthorization: () => Promise.resolve(connections),
      markReauth: (connection: Connection) => {
        const isFirst = !marked.has(connection.shopKey);
        marked.add(connection.shopKey);
        return Promise.resolve(isFirst);
      },
      markDeauthorized: (connection: Connection) => {
        const isFirst = !ended.has(connection.shopKey);
        ended.add(connection.shopKey);
        marked.add(connection.shopKey);
        return Promise.resolve(isFirst);
      },
      tellOwner: (connection: Connection) => {
        happened.push(`owner of ${nameOf(connection)} told`);
        return Promise.resolve();
      },
      announce: (connection: Connection) => {
        happened.push(`${nameOf(connection)} announced ${connection.status}`);
        return Promise.resolve();
      },
      stopWork: (connection: Connection) => {
        happened.push(`${nameOf(connection)} stopped`);
      },
      listShops: async () =>
        (await listShops()).map(({ id }) => ({
          ...{ id, name: '', region: 'ID', sellerType: 'LOCAL', cipher: '', code: '' },
        })),
      shopIdOf: () => Promise.resolve(SHOP_ID),
      onSuspect: (connection: Connection) => {
        happened.push(`${nameOf(connection)} is suspected`);
      },
    },
  };
}

const ENDED = [
  ...['shop 0 stopped', 'shop 0 announced reauth_required'],
  ...['shop 1 stopped', 'shop 1 announced reauth_required'],
];

const DEAUTHORIZED = ['shop 0 stopped', 'shop 0 announced deauthorized', 'owner of shop 0 told'];

describe('retireAuthorization', () => {
  it('announces each shop once, however many streams are refused at the same moment', async () => {
    const { deps, happened } = anAuthorization();

    await Promise.all([1, 2, 3].map(() => retireAuthorization(deps, 'auth-1')));
    await retireAuthorization(deps, 'auth-1');

    expect(happened.toSorted()).toEqual(ENDED.toSorted());
  });
});

describe('confirmDeauthorization', () => {
  const confirm = async (listShops: () => Promise<{ id: string }[]>) => {
    const { deps, connections, happened } = anAuthorization(listShops);
    await confirmDeauthorization(deps, connections[0] ?? aConnection());
    return happened;
  };

  it('does not believe a notice while the shop is still listed', async () => {
    expect(await confirm(() => Promise.resolve([{ id: SHOP_ID }]))).toEqual([
      'shop 0 is suspected',
    ]);
  });

  it('ends the one connection whose shop is no longer listed', async () => {
    expect(await confirm(() => Promise.resolve([{ id: '1' }]))).toEqual(DEAUTHORIZED);
  });

  it('ends it when TikTok no longer knows the grant; its neighbours only wait', async () => {
    const refused = () => Promise.reject(new TikTokFault('revoked', 'no such grant'));

    expect(await confirm(refused)).toEqual([...DEAUTHORIZED, ...ENDED.slice(2)]);
  });

  it('erases nothing when the grant is of no use for another reason', async () => {
    const refused = () => Promise.reject(new TikTokFault('reauth', 'it has run out'));

    expect(await confirm(refused)).toEqual(ENDED);
  });

  it('tells the owner once, however often it is confirmed', async () => {
    const { deps, connections, happened } = anAuthorization(() => Promise.resolve([{ id: '1' }]));
    const [connection = aConnection()] = connections;

    await Promise.all([1, 2, 3].map(() => confirmDeauthorization(deps, connection)));

    expect(happened).toEqual(DEAUTHORIZED);
  });

  it('ends nothing because TikTok could not be asked', async () => {
    const { deps, connections, happened } = anAuthorization(() =>
      Promise.reject(new TikTokFault('retry', 'no answer')),
    );

    await expect(confirmDeauthorization(deps, connections[0] ?? aConnection())).rejects.toThrow(
      TikTokFault,
    );
    expect(happened).toEqual([]);
  });
});
