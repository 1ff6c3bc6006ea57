import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HEADERS, TOPICS } from '@tokometrics/contracts';
import { createKafka, createMetrics } from '@tokometrics/kit';
import type { KafkaAdmin } from '@tokometrics/kit';
import {
  aShopKey,
  createMemoryLog,
  engineEnv,
  scopedHeaders,
  suiteNames,
} from '@tokometrics/testkit';
import { createKafkaVerifier } from './verifier-kafka.ts';

const names = suiteNames(import.meta);
const { log } = createMemoryLog('error');
const ORDERS = 'tm.raw.order.v1';
const FACTS = 'tm.fact.order.v1';
const BEFORE = 200;

describe('records behind a fence', () => {
  const kafka = createKafka({
    ...{ brokers: engineEnv().KAFKA_BROKERS, clientId: 'verifier', log },
    topicPrefix: names.topicPrefix,
    metrics: createMetrics({ service: 'test', runtime: false }),
  });
  const admin = kafka.admin();
  const producer = kafka.producer();
  const handed: string[] = [];
  const counting: KafkaAdmin = {
    ...admin,
    findRecord: (starts, isWanted) =>
      admin.findRecord(starts, (message) => {
        handed.push(`${message.topic} ${message.headers[HEADERS.shopKey] ?? ''}`);
        return isWanted(message);
      }),
  };
  const verifier = createKafkaVerifier(counting);
  const shopKey = aShopKey();
  const other = aShopKey();
  const scope = { shopKey, throughEpoch: 1 };

  const send = (topic: string, of: string, count = 1, epoch = 1): Promise<void> =>
    producer.send(
      Array.from({ length: count }, () => ({
        ...{ topic, key: of, value: Buffer.from('{}') },
        headers: scopedHeaders({ shopKey: of, epoch }),
      })),
    );
  const handedWhile = async (isLate: () => Promise<boolean>): Promise<[boolean, string[]]> => {
    handed.splice(0);
    return [await isLate(), handed.toSorted()];
  };

  beforeAll(async () => {
    await producer.start();
    await kafka.ensureTopics(TOPICS);
    await send(ORDERS, shopKey, BEFORE);
    await send(ORDERS, other, BEFORE);
  }, 90_000);

  afterAll(async () => {
    await Promise.all([producer.stop(), admin.stop()]);
  });

  it('are all that is looked at: what others wrote before it is not read again', async () => {
    const ends = await verifier.topicEnds();

    expect(await handedWhile(() => verifier.hasLateRecords(ends, scope))).toEqual([false, []]);
    await send(ORDERS, other, 2);
    await send(FACTS, other);
    // Of the same shop under its next connection, which stays.
    await send(FACTS, shopKey, 1, 2);
    expect(await handedWhile(() => verifier.hasLateRecords(ends, scope))).toEqual([
      false,
      [
        ...[`${FACTS} ${shopKey}`, `${FACTS} ${other}`].toSorted(),
        ...[`${ORDERS} ${other}`, `${ORDERS} ${other}`],
      ],
    ]);
  }, 60_000);

  it('are found where they are of the shop, on whichever topic', async () => {
    const ends = await verifier.topicEnds();
    await send(ORDERS, other);
    await send(FACTS, shopKey);

    expect(await verifier.hasLateRecords(ends, scope)).toBe(true);
    expect(await verifier.hasLateRecords(ends, { shopKey: other, throughEpoch: 0 })).toBe(false);
    expect(await verifier.hasLateRecords(await verifier.topicEnds(), scope)).toBe(false);
  }, 60_000);
});
