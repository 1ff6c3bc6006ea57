import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TOPIC } from '@tokometrics/contracts';
import { createUlid } from '@tokometrics/kit';
import type { OutMessage } from '@tokometrics/kit';
import { anAccountId, engineEnv, eventually, suiteNames } from '@tokometrics/testkit';
import { startIngestionWorld } from './ingestion.fixture.ts';
import type { IngestionWorld } from './ingestion.fixture.ts';

const names = suiteNames(import.meta);
const engines = engineEnv();
const LONG = { timeoutMs: 20_000 };

describe('what ingestion keeps for a time', () => {
  let world: IngestionWorld;

  beforeAll(async () => {
    world = await startIngestionWorld(names);
  }, 90_000);

  afterAll(async () => {
    await world.stop();
  });

  it('archives what is told of its use: the network sealed, once, for 90 days; and parks the rest', async () => {
    const accountId = anAccountId();
    const root = (method: string, path: string) =>
      fetch(`${engines.VAULT_ADDR}/v1/${names.transitMount}/${path}`, {
        ...{ method, headers: { 'x-vault-token': engines.VAULT_ROOT_TOKEN } },
      });
    await root('POST', `keys/a-${accountId}`);
    const tell = (of: string, change: object = {}): OutMessage => {
      const event = {
        ...{
          v: 1,
          eventId: createUlid(),
          accountId: of,
          page: '/today',
          feature: null,
          seconds: 7,
        },
        ...{ at: '2026-11-23T12:00:00.000Z', browser: 'Firefox', os: 'macOS', deviceHash: null },
        ...{ network: '203.0.113.0/24', ...change },
      };
      return {
        topic: TOPIC.usage,
        key: of,
        value: Buffer.from(JSON.stringify(event)),
        headers: {},
      };
    };
    const once = tell(accountId);
    // Of an account whose key is gone: nobody may keep anything of it.
    await world.send(once, tell(anAccountId()), once, tell(accountId, { page: '/orders/1' }));
    await world.send(tell(accountId, { page: '/overview', seconds: 1 }));

    const pages = world.mongo.collection<Record<string, unknown>>('usage_pages');
    const rows = await eventually(async () => {
      const found = await pages.find({}).toArray();
      expect(found.map(({ page }) => page).sort()).toEqual(['/overview', '/today']);
      return found;
    }, LONG);
    const [row] = rows.filter(({ page }) => page === '/today');
    expect(row).toMatchObject({
      accountId,
      at: new Date('2026-11-23T12:00:00.000Z'),
      expireAt: new Date('2027-02-21T12:00:00.000Z'),
    });
    expect(row?.['sealedNetwork']).toMatchObject({ wdk: expect.stringMatching(/^vault:v1:/) });
    expect(JSON.stringify(rows)).not.toContain('203.0.113');
    await eventually(async () => {
      const letters = await world.readAll('tm.dlq.ingestion-usage.v1');
      expect(letters.map(({ headers, value }) => [headers['tm_reason'], value])).toEqual([
        ['schema', null],
      ]);
    }, LONG);
  });

  it('counts what is told of its use by what became of it, each record once', async () => {
    const counted = async (): Promise<Record<string, number>> => {
      const text = await (await fetch(`${world.service().opsUrl}/metrics`)).text();
      const ofTopic = text.matchAll(
        /^tokometrics_ingestion_records_total\{outcome="(\w+)",topic="tm\.usage\.page\.v1"\} (\d+)$/gm,
      );
      return Object.fromEntries(
        [...ofTopic].map(([, outcome = '', count]) => [outcome, Number(count)]),
      );
    };

    await eventually(async () => {
      expect(await counted()).toEqual({
        consumed: 5,
        stored: 2,
        duplicate: 1,
        fenced: 1,
        parked: 1,
      });
    }, LONG);
  });

  it('removes what is past its two years, and nothing else', async () => {
    const kept = new Date(Date.now() + 86_400_000);
    const past = new Date(Date.now() - 1_000);
    const rows = Array.from({ length: 1_501 }, (_, at) => ({
      _id: `retention ${String(at)}`,
      shopKey: 'retention',
      epoch: 1,
      expireAt: at === 1_500 ? kept : past,
    }));
    const left = () =>
      Promise.all(
        ['raw_events', 'entity_heads'].map(async (name) => {
          const found = world.mongo
            .collection<{ _id: string }>(name)
            .find({ shopKey: 'retention' });
          return (await found.toArray()).map(({ _id }) => _id);
        }),
      );
    for (const name of ['raw_events', 'entity_heads']) {
      await world.mongo.collection<{ _id: string }>(name).insertMany(rows);
    }

    await eventually(async () => {
      expect(await left()).toEqual([['retention 1500'], ['retention 1500']]);
    }, LONG);
  });
});
