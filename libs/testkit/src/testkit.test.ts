import { describe, expect, it } from '@jest/globals';
import { orderFact, scopeOfHeaders, shopLifecycle } from '@tokometrics/contracts';
import { anOrderFact, aShopKey, aShopLifecycle, scopedHeaders } from './builders.ts';
import { engineEnv } from './engine-env.ts';
import { eventually } from './eventually.ts';
import { createMemoryLog } from './memory-log.ts';
import { suiteNames } from './suite.ts';
import { createTestClock } from './test-clock.ts';

describe('engineEnv', () => {
  it('says which address is missing and what to do', () => {
    expect(() => engineEnv({ MONGO_URL: 'mongodb://127.0.0.1', CLICKHOUSE_URL: '' })).toThrow(
      /KAFKA_BROKERS, CLICKHOUSE_URL, VAULT_ADDR, VAULT_ROOT_TOKEN not set.*npm test/,
    );
  });
});

describe('suiteNames', () => {
  it('are new at every call and fit every engine', () => {
    const one = suiteNames({ url: 'file:///a/b/mongo-raw-archive.int.test.ts' });
    const other = suiteNames({ url: 'file:///a/b/mongo-raw-archive.int.test.ts' });

    expect(one.mongoDatabase).toMatch(/^t_mongo_raw_archive_[0-9a-f]{8}$/);
    expect(one.mongoDatabase).not.toBe(other.mongoDatabase);
    expect(one.mongoDatabase.length).toBeLessThanOrEqual(38);
    expect(one.topicPrefix).toMatch(/^[\w.-]+\.$/);
  });
});

describe('eventually', () => {
  it('answers with the first attempt that does not throw', async () => {
    let tries = 0;

    const answer = await eventually(
      () => {
        tries += 1;
        if (tries < 3) {
          throw new Error('not yet');
        }
        return tries;
      },
      { everyMs: 1 },
    );

    expect(answer).toBe(3);
  });

  it('fails with the last failure when the time is over', async () => {
    const never = () => Promise.reject(new Error('still closed'));

    await expect(eventually(never, { timeoutMs: 30, everyMs: 5 })).rejects.toThrow('still closed');
  });
});

describe('builders', () => {
  it('make what the contracts accept', () => {
    expect(orderFact.parse(anOrderFact())).toEqual(anOrderFact());
    expect(shopLifecycle.parse(aShopLifecycle({ epoch: 3 }))).toMatchObject({ epoch: 3 });
  });

  it('make headers that name the scope', () => {
    const shopKey = aShopKey();

    expect(scopeOfHeaders(scopedHeaders({ shopKey, epoch: 2 }))).toEqual({ shopKey, epoch: 2 });
  });
});

describe('test clock', () => {
  it('stands still and moves both times together', () => {
    const clock = createTestClock('2026-11-23T12:00:00Z');

    clock.advance(90_000);

    expect(clock.now().toISOString()).toBe('2026-11-23T12:01:30.000Z');
    expect(clock.monotonicMs()).toBe(90_000);
  });
});

describe('memory log', () => {
  it('keeps lines as the real logger writes them, masked', () => {
    const { log, lines, text } = createMemoryLog();

    log.info({ shopKey: 'S', password: 'hunter2' }, 'signed in');

    expect(lines()).toEqual([expect.objectContaining({ shopKey: 'S', msg: 'signed in' })]);
    expect(text()).not.toContain('hunter2');
  });
});
