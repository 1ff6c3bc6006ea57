import { describe, expect, it } from '@jest/globals';
import { pollOrders } from './poll-changes.ts';
import type { Bounds, SourcePage } from './shop-source.ts';
import { firstCursor } from './sync-cursor.ts';
import type { CursorState, Lease } from './sync-cursor.ts';

const BEGAN_AT = 1_795_000_000;

function aPoll(readPage: (bounds: Bounds) => Promise<SourcePage>) {
  let state: CursorState = firstCursor(BEGAN_AT - 900);
  const lease: Lease = {
    get state() {
      return state;
    },
    save: (change) => {
      state = { ...state, ...change };
      return Promise.resolve();
    },
  };
  const deps = {
    sink: { publish: () => Promise.resolve(), mark: () => Promise.resolve() },
    ...{ nowS: () => BEGAN_AT, pageSize: 2, maxPages: 10, isKnown: () => false },
    connectedAt: BEGAN_AT - 900,
    signal: new AbortController().signal,
  };
  return { lease, run: () => pollOrders(deps, lease, readPage) };
}

const page = (rows: number[], nextToken: string): SourcePage => ({
  rows: rows.map((update_time, at) => ({ id: String(at), update_time })),
  ...{ nextToken, totalCount: rows.length, seq: 1, fetchedAt: BEGAN_AT },
});

describe('pollOrders', () => {
  it('keeps, when it is cut off, no place beyond the instant at which it began', async () => {
    let asked = 0;
    const { lease, run } = aPoll(() => {
      asked += 1;
      // Changed while this poll was under way: what shows late before it has not been looked for.
      return asked === 1
        ? Promise.resolve(page([BEGAN_AT - 5, BEGAN_AT + 700], 'more'))
        : Promise.reject(new Error('cut off'));
    });

    await expect(run()).rejects.toThrow('cut off');

    expect(lease.state.cursor).toBe(BEGAN_AT);
  });

  it('ends a listing whose last change always moves on', async () => {
    let asked = 0;
    const { run } = aPoll(() => {
      asked += 1;
      return Promise.resolve(page([BEGAN_AT + asked], 'more'));
    });

    await expect(run()).rejects.toThrow('paging does not end');

    expect(asked).toBe(10);
  });
});
