import { storeId as storeIdSchema } from '@tokometrics/contracts';
import type { PrivacyAck, StoreId } from '@tokometrics/contracts';
import type { StoreEvidence } from './saga.ts';

/** What is kept of one answer; `receivedAt` is our clock, the ack names none. */
export type KeptAck = Pick<
  PrivacyAck,
  | 'msgId'
  | 'storeId'
  | 'instanceId'
  | 'phase'
  | 'attempt'
  | 'outcome'
  | 'found'
  | 'removed'
  | 'physicalBy'
  | 'evidence'
  | 'grantEnd'
> & { readonly receivedAt: string };

/**
 * Merges all answers about a store. Found: the most that one attempt saw, over the instances that
 * shared it; removed: everything that was ever removed. A later answer of zero hides nothing, and
 * the same answer twice counts once.
 */
export function evidenceOf(acks: readonly KeptAck[]): StoreEvidence[] {
  const unique = [...new Map(acks.map((ack) => [ack.msgId, ack])).values()];
  const byStore = new Map<StoreId, KeptAck[]>();
  for (const ack of unique.filter(({ phase }) => phase === 'ERASE')) {
    const storeId = storeIdSchema.safeParse(ack.storeId);
    if (storeId.success) {
      byStore.set(storeId.data, [...(byStore.get(storeId.data) ?? []), ack]);
    }
  }
  return [...byStore].map(([storeId, ofStore]) => summary(storeId, ofStore));
}

function summary(storeId: StoreId, acks: readonly KeptAck[]): StoreEvidence {
  const ends = acks.filter(({ outcome }) => outcome === 'done');
  const doneAttempt = Math.max(0, ...ends.map(({ attempt }) => attempt));
  const dates = acks.flatMap(({ physicalBy }) => (physicalBy === null ? [] : [physicalBy]));
  return {
    storeId,
    found: [...mostByInstance(acks).values()].reduce((sum, found) => sum + found, 0),
    removed: acks.reduce((sum, { removed }) => sum + removed, 0),
    doneAttempt,
    doneAt:
      ends
        .map(({ receivedAt }) => receivedAt)
        .sort()
        .at(-1) ?? null,
    physicalBy: dates.sort().at(-1) ?? null,
    isUnsupported: acks.some(({ outcome }) => outcome === 'unsupported' || outcome === 'blocked'),
  };
}

function mostByInstance(acks: readonly KeptAck[]): Map<string, number> {
  const most = new Map<string, number>();
  for (const { instanceId, found } of acks) {
    most.set(instanceId, Math.max(most.get(instanceId) ?? 0, found));
  }
  return most;
}

/** What came of ending the grant at TikTok Shop; null while no instance has told. */
export function grantEndOf(acks: readonly KeptAck[]): 'ended' | 'unconfirmed' | null {
  const told = acks.flatMap(({ phase, storeId, grantEnd }) =>
    phase === 'FENCE' && storeId === 'service:connector' && grantEnd !== undefined
      ? [grantEnd]
      : [],
  );
  return told.includes('ended') ? 'ended' : (told[0] ?? null);
}

/** Group names of the instances that have applied the fence of a request. */
export function fenceGroupsOf(acks: readonly KeptAck[]): Set<string> {
  return new Set(
    acks
      .filter(({ phase, outcome }) => phase === 'FENCE' && outcome === 'done')
      .map(({ storeId, instanceId }) => `fence-${storeId.replace(/^service:/, '')}-${instanceId}`),
  );
}
