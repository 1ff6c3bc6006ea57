import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@tokometrics/testkit';
import { ScopeClosed } from '../domain/snapshot-sink.ts';
import { openGuardedStore } from './guarded-write.test-support.ts';

const lost = (): never => {
  throw new Error('the answer was lost');
};

describe('guardedBy', () => {
  let store: Awaited<ReturnType<typeof openGuardedStore>>;

  beforeEach(async () => {
    store = await openGuardedStore();
  });
  afterEach(() => store.stop());

  it('answers what the write answers, and keeps what it wrote', async () => {
    expect(await store.insert()).toBe('inserted');
    expect([...store.rows]).toEqual(['row']);
  });

  it('keeps what landed of a write that failed while its shop is open', async () => {
    await expect(store.insert(() => Promise.resolve().then(lost))).rejects.toThrow('was lost');

    expect([...store.rows]).toEqual(['row']);
  });

  it('refuses a shop that is closed, without a call of the store', async () => {
    await store.fence();

    await expect(store.insert()).rejects.toThrow(ScopeClosed);

    expect([...store.rows]).toEqual([]);
  });

  it('takes back what was written while the shop was closed', async () => {
    await expect(store.insert(() => store.fence())).rejects.toThrow(ScopeClosed);

    expect([...store.rows]).toEqual([]);
  });

  it('takes back what landed of a write that failed while the shop was closed', async () => {
    const write = store.insert(() => store.fence().then(lost));

    await expect(write).rejects.toThrow('was lost');

    expect([...store.rows]).toEqual([]);
    await eventually(() => {
      expect(store.acks).toHaveLength(1);
    });
  });

  it('decides on a failed write only once the fences are heard again', async () => {
    const write = store.insert(async () => {
      store.fallSilent();
      await store.fence({ isHeard: false });
      store.beat();
      lost();
    });

    await expect(write).rejects.toThrow('was lost');

    expect([...store.rows]).toEqual([]);
  });

  it.each([
    ['failed', () => store.fence().then(lost)],
    ['succeeded', () => store.fence()],
  ])(
    'answers the fence only when what landed of a write that %s is taken back',
    async (_how, meanwhile) => {
      store.setStore(false);
      await expect(store.insert(meanwhile)).rejects.toThrow(/was lost|store away/);
      await store.fence();
      const before = [store.acks.length, store.rows.size];

      store.setStore(true);
      await store.fence();

      expect(before).toEqual([0, 1]);
      expect([...store.rows]).toEqual([]);
      await eventually(() => {
        expect(store.acks).toHaveLength(1);
      });
    },
  );

  it('owes nothing for a write that brings nothing back', async () => {
    const write = store.change(() => store.fence().then(lost));

    await expect(write).rejects.toThrow('was lost');

    await eventually(() => {
      expect(store.acks).toHaveLength(1);
    });
  });
});
