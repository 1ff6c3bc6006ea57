import { describe, expect, it } from '@jest/globals';
import { PERMISSION_CATEGORIES } from '@tokometrics/contracts';
import { compareScopes } from './compare-scopes.ts';
import { aConnection } from './connection.fixture.ts';
import type { Connection } from './connection.ts';
import { describeShop } from './describe-sync.ts';
import { noteRenewal } from './note-renewal.ts';
import { createPermissions } from './permissions.ts';
import { firstCursor } from './sync-cursor.ts';
import type { Stream } from './sync-cursor.ts';

const ALL = PERMISSION_CATEGORIES.flatMap(({ tiktokScopes }) => [...tiktokScopes]);
const without = (...scopes: string[]) => ALL.filter((scope) => !scopes.includes(scope));

/** One grant with two shops, its store, and what the streams are told. */
function aGrant() {
  const { categories } = compareScopes(ALL);
  const stored = [aConnection({ categories }), aConnection({ categories })];
  const permissions = createPermissions();
  stored.forEach(permissions.note);
  const said: unknown[] = [];
  const renew = (scopes: readonly string[], refreshExpiresAt = 1_900_000_000) =>
    noteRenewal(
      {
        connectionsOfAuthorization: () => Promise.resolve([...stored]),
        change: ({ shopKey }, change) => {
          const at = stored.findIndex((one) => one.shopKey === shopKey);
          stored[at] = { ...(stored[at] ?? aConnection()), ...change };
          return Promise.resolve();
        },
        onPermissions: permissions.note,
        onChanged: (_connection, change) => said.push(change),
        onUnknownScopes: (count) => said.push(count),
      },
      'auth-1',
      { openId: 'o', userType: 0, scopes, refreshExpiresAt },
    );
  const first = (): Connection => stored[0] ?? aConnection();
  const fed = (): Stream[] =>
    (
      [
        ...(['order.live', 'order.backfill', 'product.live'] as const),
        ...(['finance.live', 'finance.backfill', 'payment.live', 'payment.backfill'] as const),
        ...(['inventory.live', 'unsettled.live'] as const),
      ] as const
    ).filter((stream) => stored.every((shop) => permissions.isFed(shop, stream)));
  return { stored, said, renew, first, fed };
}

const shown = (connection: Connection, done: readonly Stream[] = []) => {
  const cursors = done.map((stream) => ({
    ...firstCursor(1_795_000_000, { finishedAt: new Date() }),
    stream,
  }));
  const shop = describeShop(connection.shopKey as never, {
    ...{ connection, cursors, perMinute: () => null },
  });
  return {
    status: shop.status,
    categories: shop.categories.filter(({ granted }) => !granted).map((item) => item.policyName),
    stages: shop.sync.stages.map(({ state, error }) => `${state} ${error ?? ''}`.trim()),
  };
};

describe('noteRenewal', () => {
  it('pauses what a missing permission feeds, in every shop of the grant, and nothing else', async () => {
    const { renew, fed, first, said } = aGrant();

    await renew(without('seller.finance.info'));

    expect(fed()).toEqual(['order.live', 'order.backfill', 'product.live', 'inventory.live']);
    expect(shown(first(), ['order.backfill', 'finance.backfill'])).toEqual({
      status: 'active',
      categories: ['finance.data.read'],
      stages: [
        'done',
        'waiting',
        ...['statement', 'transaction', 'payment'].map(() => 'paused shop.scope_missing'),
        'waiting',
        'paused shop.scope_missing',
      ],
    });
    expect(said).toEqual([1, 2].map(() => ({ lost: ['finance.data.read'], regained: [] })));
  });

  it('pauses stock together with the products', async () => {
    const { renew, fed } = aGrant();

    await renew(without('seller.product.basic'));

    expect(fed()).toEqual([
      ...['order.live', 'order.backfill'],
      ...['finance.live', 'finance.backfill', 'payment.live', 'payment.backfill'],
      'unsettled.live',
    ]);
  });

  it('lets it go on when a later renewal grants it again', async () => {
    const { renew, fed, first, said } = aGrant();
    await renew(without('seller.order.info', 'seller.product.basic'));
    said.length = 0;

    await renew(ALL);

    expect(fed()).toHaveLength(9);
    expect(shown(first()).stages).not.toContain('paused shop.scope_missing');
    expect(said[0]).toEqual({ lost: [], regained: ['order.base.read', 'product.base.read'] });
  });

  it('shows a shop of which nothing may be read as paused', async () => {
    const { renew, first, fed } = aGrant();

    await renew(['seller.authorization.info']);

    expect(shown(first()).status).toBe('paused');
    expect(fed()).toEqual([]);
  });

  it('takes nothing away when the platform lists no permissions at all', async () => {
    const { renew, fed, first } = aGrant();

    await renew([], 2_000_000_000);

    expect(fed()).toHaveLength(9);
    expect(first().authorizationExpiresAt).toEqual(new Date(2_000_000_000_000));
  });

  it('counts permissions of no list of ours, and makes no use of them', async () => {
    const { renew, said, first } = aGrant();
    const before = first().categories;

    await renew([...ALL, 'seller.shop.info', 'seller.creator.something', 'seller.other']);

    expect(said).toEqual([2]);
    expect(first().categories).toEqual(before);
  });
});
