import { HEADERS, TOPIC } from '@tokometrics/contracts';
import type { UsageEvent } from '@tokometrics/contracts';
import { canonicalJson } from '@tokometrics/kit';
import type { Producer } from '@tokometrics/kit';

export function sendUsage(producer: Pick<Producer, 'send'>) {
  return (events: readonly UsageEvent[]): Promise<void> =>
    producer.send(
      events.map((event) => ({
        topic: TOPIC.usage,
        key: event.accountId,
        value: Buffer.from(canonicalJson(event)),
        headers: { [HEADERS.id]: event.eventId },
      })),
    );
}
