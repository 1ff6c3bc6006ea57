import { shopKey } from '@tokometrics/contracts';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, renderHook } from '@testing-library/react';
import { createElement } from 'react';
import { createRefresher, keysOf, useLiveUpdates } from './events.ts';

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

describe('useLiveUpdates', () => {
  const page = { read: 0 };
  const sources: EventTarget[] = [];

  function open() {
    jest.useFakeTimers();
    sources.length = 0;
    page.read = 0;
    class Played extends EventTarget {
      readyState = 1;
      constructor() {
        super();
        sources.push(this);
      }
      close(): void {
        this.readyState = 2;
      }
    }
    Reflect.set(globalThis, 'EventSource', Played);
    const client = new QueryClient();
    client.invalidateQueries = () => {
      page.read += 1;
      return Promise.resolve();
    };
    return renderHook(useLiveUpdates, {
      wrapper: ({ children }) => createElement(QueryClientProvider, { client }, children),
    });
  }
  afterEach(() => {
    cleanup();
    Reflect.deleteProperty(globalThis, 'EventSource');
    Reflect.deleteProperty(document, 'visibilityState');
    jest.useRealTimers();
  });

  it('reads everything twice a minute at most, whatever the line says', () => {
    open();
    for (let second = 0; second < 57; second += 3) {
      sources[0]?.dispatchEvent(new MessageEvent('reset', { data: '{}' }));
      jest.advanceTimersByTime(3_000);
    }

    expect(page.read).toBe(2);
  });

  it('reads by itself once a minute while nothing comes, and only what somebody sees', () => {
    open();
    jest.advanceTimersByTime(300_000);
    const seen = page.read;
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
    jest.advanceTimersByTime(300_000);

    expect([seen, page.read]).toEqual([4, 4]);
  });

  it('takes its place back when it is looked at again, and leaves nothing behind', () => {
    const { unmount } = open();
    sources[0]?.dispatchEvent(new MessageEvent('displaced', { data: '{}' }));
    document.dispatchEvent(new Event('visibilitychange'));
    const afterLook = sources.length;
    unmount();
    document.dispatchEvent(new Event('visibilitychange'));
    jest.advanceTimersByTime(300_000);

    expect([afterLook, sources.length, page.read]).toEqual([2, 2, 0]);
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
