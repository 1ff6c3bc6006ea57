import {
  EVENT_NAMESPACE,
  HEADERS,
  isoInstant,
  rawTopic,
  rawType,
  versionOf,
} from '@tokometrics/contracts';
import { createKafka, createLogger, createMetrics, createUlid, uuidv5 } from '@tokometrics/kit';
import type { System } from './start-system.ts';

/** An order as a later release of the connector might send it: nobody here can understand it. */
export async function sendOrderOfLaterSchema(
  { stack, topicPrefix }: System,
  { shopKey, changedAt }: { readonly shopKey: string; readonly changedAt: string },
): Promise<void> {
  const kafka = createKafka({
    brokers: stack.engines.env['KAFKA_BROKERS'] ?? '',
    clientId: 'e2e',
    topicPrefix,
    log: createLogger({ service: 'e2e', level: 'silent' }),
    metrics: createMetrics({ service: 'e2e' }),
  });
  const producer = kafka.producer();
  await producer.start();
  const changedS = Date.parse(changedAt) / 1000;
  const [subject, ver, type] = [createUlid(), versionOf(changedS, 1), rawType('order')];
  const id = uuidv5(EVENT_NAMESPACE, subject);
  const envelope = {
    specversion: '1.0',
    ...{ id, type, subject, ver, source: '/connector', time: isoInstant(changedS) },
    ...{ shopkey: shopKey, epoch: 1, origin: 'live', schemaver: 2 },
  };
  await producer.send([
    {
      topic: rawTopic('order'),
      key: shopKey,
      value: Buffer.from(JSON.stringify(envelope)),
      headers: {
        [HEADERS.id]: id,
        [HEADERS.type]: type,
        [HEADERS.shopKey]: shopKey,
        [HEADERS.epoch]: '1',
        [HEADERS.ver]: ver,
      },
    },
  ]);
  await producer.stop();
}
