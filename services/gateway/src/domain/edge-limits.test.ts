import { describe, expect, it } from '@jest/globals';
import { createEdgeLimits } from './edge-limits.ts';

const SOURCE = '203.0.113.7';

describe('edge limits', () => {
  it('counts cookies that nobody has confirmed for their address', () => {
    const limits = createEdgeLimits(2);
    const waits = ['a', 'b', 'c'].map((session) => limits.take({ source: SOURCE, session }, 0));

    expect(waits).toEqual([0, 0, 60]);
    expect(limits.take({ source: SOURCE, session: undefined }, 0)).toBe(60);
    expect(limits.take({ source: '203.0.113.8', session: 'a' }, 0)).toBe(0);
  });

  it('gives a confirmed session a minute of its own, of which its first request is part', () => {
    const limits = createEdgeLimits(2);
    const take = (session: string) => limits.take({ source: SOURCE, session }, 0);
    take('known');
    limits.know('known', 0);
    ['x', 'y', 'z'].forEach(take);

    expect([take('known'), take('known')]).toEqual([0, 60]);
  });

  it('forgets the session that it has not heard of for longest', () => {
    const limits = createEdgeLimits(1, 2);
    for (const session of ['a', 'b', 'a', 'c']) {
      limits.know(session, 0);
    }
    limits.take({ source: SOURCE, session: undefined }, 0);
    const waitAt = (session: string) => limits.take({ source: SOURCE, session }, 120_000);

    // Of `b` nothing is known any more: it and the next stranger share one minute.
    expect(['b', 'stranger', 'a', 'c'].map(waitAt)).toEqual([0, 60, 0, 0]);
  });
});
