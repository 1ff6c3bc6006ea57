import { describe, expect, it } from '@jest/globals';
import type { Head, Lane } from './head-rules.ts';
import { createRecentHeads } from './recent-heads.ts';

const headOf = (ver: number, ...lanes: Lane[]): Head => ({
  ...{ shopKey: 'S', epoch: 1, entity: 'order', entityId: '1', localDate: '2026-03-01' },
  ...{ ver: String(ver), updateTimeS: ver, contentHash: `c${String(ver)}`, lanes },
  expireAt: new Date(0),
});
const of = (head: Head) => new Map([['1', head]]);

describe('heads on their way to the store', () => {
  it('say what the store does not know yet, until they are there', () => {
    const recent = createRecentHeads();
    const forget = recent.add(of(headOf(2, 'live')));

    const meanwhile = recent.beyond(new Map(), ['1', '2']);
    forget();

    expect(meanwhile).toEqual(of(headOf(2, 'live')));
    expect(recent.beyond(new Map(), ['1'])).toEqual(new Map());
  });

  it.each<[string, Head, Head[], Head | undefined]>([
    ['the newest of several chunks', headOf(1, 'live'), [headOf(3), headOf(2)], headOf(3)],
    ['nothing, where the store has a newer one', headOf(4, 'live'), [headOf(3)], undefined],
    ['nothing, where the store says as much', headOf(3, 'live'), [headOf(3, 'live')], undefined],
    [
      'all lanes of one version',
      headOf(3, 'live'),
      [headOf(3, 'backfill')],
      headOf(3, 'live', 'backfill'),
    ],
  ])('say %s', (_what, stored, layers, expected) => {
    const recent = createRecentHeads();
    for (const layer of layers) {
      recent.add(of(layer));
    }

    expect(recent.beyond(of(stored), ['1']).get('1')).toEqual(expected);
  });

  it('are forgotten one by one where nobody says that they are there', () => {
    const recent = createRecentHeads();
    const forgetFirst = recent.add(of(headOf(1)));
    for (let ver = 2; ver <= 65; ver += 1) {
      recent.add(new Map([['2', headOf(ver)]]));
    }
    forgetFirst();

    expect(recent.beyond(new Map(), ['1', '2'])).toEqual(new Map([['2', headOf(65)]]));
  });
});
