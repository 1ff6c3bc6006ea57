import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TOPIC } from '@tokometrics/contracts';
import { createUlid } from '@tokometrics/kit';
import type { InMessage } from '@tokometrics/kit';
import { anAccountId, engineEnv } from '@tokometrics/testkit';
import { z } from 'zod';
import { storeUsage } from '../messaging/store-usage.ts';
import { createClickhouseUsage } from './clickhouse-usage.ts';
import { startTestSink } from './sink.test-support.ts';
import type { TestSink } from './sink.test-support.ts';

const texts = z.record(z.string(), z.string());

describe('usage in ClickHouse', () => {
  let sink: TestSink;

  beforeAll(async () => {
    sink = await startTestSink(engineEnv().CLICKHOUSE_URL);
  }, 60_000);

  afterAll(() => sink.stop());

  const aMessage = (accountId: string, change: object = {}): InMessage => {
    const event = {
      ...{ v: 1, eventId: createUlid(), accountId, page: '/today', feature: 'proof', seconds: 7 },
      ...{
        at: new Date().toISOString(),
        browser: 'Firefox',
        os: 'macOS',
        network: '203.0.113.0/24',
      },
      ...{ deviceHash: null, ...change },
    };
    return {
      ...{ topic: TOPIC.usage, partition: 0, offset: '0', timestamp: 0, key: accountId },
      ...{ value: Buffer.from(JSON.stringify(event)), headers: {} },
    };
  };

  it('is one row per event, however often it comes, without a network', async () => {
    const accountId = anAccountId();
    const deps = { insert: createClickhouseUsage(sink.clickhouse), count: () => undefined };
    const message = aMessage(accountId);

    for (let time = 0; time < 2; time += 1) {
      expect(await storeUsage(deps, [message, aMessage(accountId, { v: 2 })])).toMatchObject({
        parked: [{ reason: 'schema' }],
      });
    }
    expect(await storeUsage(deps, [])).toEqual({
      ...{ parked: [], isStored: false },
      finish: expect.any(Function),
    });

    const rows = await sink.clickhouse.query(
      `SELECT * EXCEPT (at, event_id, seconds), toString(seconds) AS seconds
       FROM usage_pages FINAL WHERE account_id = {accountId:String}`,
      { accountId },
      texts,
    );
    expect(rows).toEqual([
      {
        ...{ account_id: accountId, page: '/today', feature: 'proof', seconds: '7' },
        ...{ browser: 'Firefox', os: 'macOS', device_hash: '' },
      },
    ]);
  });

  it('is gone after ninety days', async () => {
    const accountId = anAccountId();
    const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
    const deps = { insert: createClickhouseUsage(sink.clickhouse), count: () => undefined };
    await storeUsage(deps, [
      aMessage(accountId, { at: daysAgo(89) }),
      aMessage(accountId, { at: daysAgo(91) }),
    ]);

    await sink.clickhouse.command('OPTIMIZE TABLE usage_pages FINAL');

    const rows = await sink.clickhouse.query(
      'SELECT toString(toDate(at)) AS day FROM usage_pages WHERE account_id = {accountId:String}',
      { accountId },
      texts,
    );
    expect(rows).toEqual([{ day: daysAgo(89).slice(0, 10) }]);
  });
});
