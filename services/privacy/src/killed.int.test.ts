import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TOPIC } from '@tokometrics/contracts';
import { signAck } from '@tokometrics/erasure';
import { createUlid } from '@tokometrics/kit';
import type { Vault } from '@tokometrics/kit';
import { eventually } from '@tokometrics/testkit';
import {
  checkReceipt,
  completed,
  connectShop,
  disconnect,
  erasers,
  killPrivacy,
  mongos,
  privacyLog,
  producer,
  requestOf,
  startErasers,
  startPrivacy,
  startWorld,
  stopWorld,
  vaults,
} from './erasure.fixture.ts';
import { known } from './holdings.fixture.ts';
import { ledgerFacts } from './ledger.fixture.ts';

beforeAll(startWorld, 180_000);
afterAll(stopWorld, 60_000);

describe('an erasure whose service is killed again and again', () => {
  it('goes on, believes no forged answer, and overlooks no store beside the map', async () => {
    const shop = await connectShop();
    await known(shop);
    await erasers.analytics?.stop();
    const { requestId } = (await (await disconnect(shop)).json()) as { requestId: string };

    // 1. Killed again and again while it runs.
    for (const afterMs of [40, 400, 1_500]) {
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      await killPrivacy();
      await startPrivacy();
    }
    // 2. Another service answers for a store that is not its own.
    await forgeAck(requestId);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const stillErasing = await requestOf(shop);
    const log = privacyLog();
    await startErasers('analytics');
    // 3. A collection that nobody mapped.
    const stray = mongos['analytics']?.collection('forgotten_copies');
    await stray?.insertOne({ shopKey: shop.shopKey });
    const blocked = await eventually(
      async () => {
        const found = await requestOf(shop);
        expect(found.attention).toBe('store.unmapped');
        return found;
      },
      { timeoutMs: 120_000, everyMs: 500 },
    );
    await stray?.drop();
    const finished = await completed(shop);

    expect(stillErasing.phases.find(({ storeId }) => storeId === 'clickhouse.orders')?.phase).toBe(
      'erasing',
    );
    expect(log).toContain('an ack is not signed by its owner');
    expect(blocked.state).toBe('ATTENTION');
    expect(finished.requestId).toBe(requestId);
    expect(await checkReceipt(shop, requestId)).toContain('VALID');
    // What was done twice is written down once.
    const facts = await ledgerFacts();
    expect(new Set(facts).size).toBe(facts.length);
    expect(facts.filter((fact) => fact.includes('receipt.issued'))).toHaveLength(1);
  }, 300_000);
});

/** Signed with the key of a real service, but not of the one that owns the store. */
async function forgeAck(requestId: string): Promise<void> {
  const ack = await signAck(vaults.ingestion as Vault, 'ingestion', {
    v: 1,
    msgId: createUlid(),
    inReplyTo: createUlid(),
    requestId: requestId as never,
    storeId: 'clickhouse.orders',
    instanceId: 'forger',
    phase: 'ERASE',
    attempt: 9,
    outcome: 'done',
    found: 0,
    removed: 0,
    physicalBy: null,
    evidence: 'a'.repeat(64),
    watermark: 0,
  });
  await producer.send([
    { topic: TOPIC.ack, key: requestId, value: Buffer.from(JSON.stringify(ack)) },
  ]);
}
