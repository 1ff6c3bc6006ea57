import { usageEvent } from '@tokometrics/contracts';
import type { UsageEvent } from '@tokometrics/contracts';
import { jsonOf } from '@tokometrics/kit';
import type { ChunkResult, InMessage } from '@tokometrics/kit';

/** Stores what is a usage event; the same one twice is one row. What is none is parked. */
export async function storeUsage(
  insert: (events: readonly UsageEvent[]) => Promise<void>,
  messages: readonly InMessage[],
): Promise<ChunkResult> {
  const read = messages.map((message) => ({
    message,
    parsed: usageEvent.safeParse(jsonOf(message.value)),
  }));
  await insert(read.flatMap(({ parsed }) => (parsed.success ? [parsed.data] : [])));
  return {
    parked: read.flatMap(({ message, parsed }) =>
      parsed.success ? [] : [{ message, reason: 'schema' }],
    ),
  };
}
