import { shopKey } from '@tokometrics/contracts';
import { describe, expect, it } from '@jest/globals';
import { createRefresher, keysOf } from './events.ts';

const shop = shopKey.parse('01KAV5Z0000000000000000001');

function setUp() {
  const read: string[] = [];
  const waiting: (() => void)[] = [];
  const hear = createRefresher(
    (key) => void read.push(key.join('/')),
    (run) => void waiting.push(run),
  );
  return { read, waiting, hear };
}

describe('createRefresher', () => {
  it('reads at once, then gathers until the calm is over', () => {
    const { read, waiting, hear } = setUp();
    hear([['a']]);
    hear([['a']]);
    hear([['b'], ['a']]);
    expect(read).toEqual(['a']);
    waiting.shift()?.();
    expect(read).toEqual(['a', 'a', 'b']);
  });

  it('is ready again after a pause without news', () => {
    const { read, waiting, hear } = setUp();
    hear([['a']]);
    waiting.shift()?.();
    expect(waiting).toHaveLength(0);
    hear([['a']]);
    expect(read).toEqual(['a', 'a']);
  });
});

describe('keysOf', () => {
  it('makes the figures of that shop old, and of no other', () => {
    expect(keysOf({ kind: 'invalidate', shopKey: shop, resources: ['order'], days: [] })).toEqual([
      ['shop', shop, 'figures'],
    ]);
  });

  it('follows progress of a synchronisation', () => {
    expect(keysOf({ kind: 'sync.progress', shopKey: shop })).toEqual([
      ['shop', shop, 'sync'],
      ['shops'],
    ]);
  });
});
