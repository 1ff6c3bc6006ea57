import { EVENT_NAMESPACE, HEADERS, isoInstant, rawTopic, versionOf } from '@tokometrics/contracts';
import { createKafka, createLogger, createMetrics, createUlid, uuidv5 } from '@tokometrics/kit';
import type { System } from './start-system.ts';

const LATER_MAJOR = 'com.tokometrics.raw.order.v2';

/** An order of a major version that is to come: nobody here can understand it. */
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
  const [subject, ver, type] = [createUlid(), versionOf(changedS, 1), LATER_MAJOR];
  const id = uuidv5(EVENT_NAMESPACE, subject);
  const envelope = {
    specversion: '1.0',
    ...{ id, type, subject, ver, source: '/connector', time: isoInstant(changedS) },
    ...{ shopkey: shopKey, epoch: 1, origin: 'live', schemaver: 1 },
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
