import { usageEvent } from '@tokometrics/contracts';
import type { UsageEvent } from '@tokometrics/contracts';
import { jsonOf } from '@tokometrics/kit';
import type { ChunkResult, InMessage } from '@tokometrics/kit';
import type { SealedText, StoredUsage } from '../domain/stored-usage.ts';

export interface UsageDeps {
  /** Undefined: the account's key is gone, and with it the account. */
  readonly seal: (event: UsageEvent, text: string) => Promise<SealedText | undefined>;
  /** What is there already stays as it is. Answers the places of that. */
  readonly insert: (rows: readonly StoredUsage[]) => Promise<readonly number[]>;
}

const KEPT_MS = 90 * 86_400_000;

/** Seals and archives; what is no usage event is parked, what belongs to nobody any more is dropped. */
export async function storeUsage(
  deps: UsageDeps,
  messages: readonly InMessage[],
): Promise<ChunkResult> {
  const read = messages.map((message) => ({
    message,
    parsed: usageEvent.safeParse(jsonOf(message.value)),
  }));
  const rows = await Promise.all(
    read.flatMap(({ parsed }) => (parsed.success ? [sealed(deps, parsed.data)] : [])),
  );
  await deps.insert(rows.filter((row) => row !== undefined));
  return {
    parked: read.flatMap(({ message, parsed }) =>
      parsed.success ? [] : [{ message, reason: 'schema' }],
    ),
  };
}

async function sealed({ seal }: UsageDeps, told: UsageEvent): Promise<StoredUsage | undefined> {
  const { v: _v, network, at, ...event } = told;
  const sealedNetwork = await seal(told, network);
  const seenAt = new Date(at);
  const expireAt = new Date(seenAt.getTime() + KEPT_MS);
  return sealedNetwork === undefined
    ? undefined
    : { ...event, at: seenAt, sealedNetwork, expireAt };
}
