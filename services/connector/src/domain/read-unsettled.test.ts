import { describe, expect, it } from '@jest/globals';
import { versionOf } from '@tokometrics/contracts';
import type { Json } from './pick-fields.ts';
import { pollUnsettled } from './read-unsettled.ts';
import type { PageAsk, SourcePage } from './shop-source.ts';
import { firstCursor } from './sync-cursor.ts';
import type { CursorState, Lease } from './sync-cursor.ts';

const AT = 1_795_000_000;
const FIRST_SEQ = 40;

/** What a shop has not settled yet, the log that it goes to, and the cursor behind both. */
function aShop(ids: string[]) {
  const rows: Json[] = ids.map((id) => ({ id, est_settlement_amount: '1.00' }));
  const happened: string[] = [];
  const markers: { axis: string; sweep?: string | undefined }[] = [];
  const clock = { nowS: AT, seq: FIRST_SEQ };
  const hooks: { beforePage: (n: number) => void } = { beforePage: () => undefined };
  const saved: { state: CursorState } = { state: firstCursor(AT) };
  const lease: Lease = {
    get state() {
      return saved.state;
    },
    save: (change) => {
      happened.push('saved');
      saved.state = { ...saved.state, ...change };
      return Promise.resolve();
    },
  };
  let pages = 0;
  const unsettled = ({ pageToken, pageSize }: PageAsk): Promise<SourcePage> => {
    const seq = clock.seq++;
    hooks.beforePage((pages += 1));
    // By position, as pages are that step over a neighbour when a row before it leaves.
    const from = Number(pageToken ?? 0);
    const isLast = from + pageSize >= rows.length;
    return Promise.resolve({
      rows: rows.slice(from, from + pageSize),
      nextToken: isLast ? '' : String(from + pageSize),
      ...{ totalCount: rows.length, seq, fetchedAt: clock.nowS },
    });
  };
  const deps = {
    source: { unsettled },
    sink: {
      publish: ({ resource }: { resource: string }, sent: readonly Json[]) => {
        happened.push(...sent.map(({ id }) => `${resource} ${String(id)}`));
        return Promise.resolve();
      },
      mark: (marker: {
        axis: string;
        from: number;
        records: number;
        sweep?: string | undefined;
      }) => {
        markers.push(marker);
        happened.push(`${marker.axis} marker: ${String(marker.records)}`);
        return Promise.resolve();
      },
    },
    ...{ nowS: () => clock.nowS, pageSize: 2, maxPages: 10 },
    signal: new AbortController().signal,
  };
  return {
    ...{ clock, hooks, rows, markers },
    poll: () => pollUnsettled(deps, lease),
    state: () => saved.state,
    happened: () => happened.splice(0),
  };
}

describe('pollUnsettled', () => {
  it('sends the whole list, then how its sweep began, then moves the cursor', async () => {
    const shop = aShop(['1', '2', '3']);

    await shop.poll();

    expect(shop.happened()).toEqual([
      ...['unsettled 1', 'unsettled 2', 'unsettled 3'],
      ...['update marker: 3', 'create marker: 3', 'saved'],
    ]);
    expect(shop.markers).toEqual([
      expect.objectContaining({ axis: 'update', sweep: versionOf(AT, FIRST_SEQ) }),
      expect.not.objectContaining({ sweep: expect.anything() }),
    ]);
    expect(shop.state()).toMatchObject({ cursor: AT, done: 3, total: 3, error: null });
    expect(shop.state().finishedAt).toEqual(new Date(AT * 1000));
  });

  it('sends each row anew in each sweep: what a sweep has not sent is gone', async () => {
    const shop = aShop(['1', '2', '3']);
    await shop.poll();
    shop.happened();
    const second = shop.clock.seq;

    shop.rows.shift();
    shop.clock.nowS += 600;
    await shop.poll();

    expect(shop.happened()).toEqual([
      ...['unsettled 2', 'unsettled 3'],
      ...['update marker: 2', 'saved'],
    ]);
    expect(shop.markers.at(-1)?.sweep).toBe(versionOf(AT + 600, second));
  });

  it('ends a sweep also where nothing is left', async () => {
    const shop = aShop([]);

    await shop.poll();

    expect(shop.markers[0]?.sweep).toBe(versionOf(AT, FIRST_SEQ));
    expect(shop.state()).toMatchObject({ done: 0, total: 0 });
  });

  it('tells by number what was read earlier within the same second', async () => {
    const shop = aShop(['1']);
    await shop.poll();
    await shop.poll();

    const [first, , second] = shop.markers.map(({ sweep }) => BigInt(sweep ?? 0));

    expect(second).toBeGreaterThan(first ?? 0n);
    expect(second).toBe(BigInt(versionOf(AT, FIRST_SEQ + 1)));
  });

  it('begins no later than any of its rows, though the clock went back meanwhile', async () => {
    const shop = aShop(['1', '2', '3']);
    shop.hooks.beforePage = (page) => {
      shop.clock.nowS -= page === 2 ? 5 : 0;
    };

    await shop.poll();

    expect(shop.markers[0]?.sweep).toBe(versionOf(AT - 5, FIRST_SEQ + 1));
  });

  it('steps over no row because one before it settled while the list was read', async () => {
    const shop = aShop(['1', '2', '3', '4', '5']);
    shop.hooks.beforePage = (page) => {
      if (page === 2) {
        shop.rows.shift();
      }
    };

    await shop.poll();

    const sent = shop.happened().filter((word) => word.startsWith('unsettled'));
    expect(sent.sort()).toEqual(['1', '2', '3', '4', '5'].map((id) => `unsettled ${id}`));
    expect(shop.markers[0]?.sweep).toBe(versionOf(AT, FIRST_SEQ));
  });

  it('says nothing of a sweep that broke off', async () => {
    const shop = aShop(['1', '2', '3']);
    shop.hooks.beforePage = (page) => {
      if (page === 2) {
        throw new Error('away');
      }
    };

    await expect(shop.poll()).rejects.toThrow('away');

    expect(shop.markers).toEqual([]);
    expect(shop.happened()).not.toContain('saved');
  });
});
