import { requestId as toRequestId, TOPIC } from '@tokometrics/contracts';
import type { Fence } from '@tokometrics/contracts';
import { canonicalJson } from '@tokometrics/kit';
import type { KafkaAdmin, Producer } from '@tokometrics/kit';
import { scopeOf } from '../domain/saga-state.ts';
import type { SagaState } from '../domain/saga-state.ts';
import type { createMongoFences } from './mongo-fences.ts';

export interface KafkaFencesOptions {
  readonly producer: Pick<Producer, 'send'>;
  readonly fences: ReturnType<typeof createMongoFences>;
  readonly now: () => string;
}

const REPEAT_MS = 4_000;

/** Fences on their way out: the document first, then the topic. */
export function createKafkaFences({ producer, fences, now }: KafkaFencesOptions) {
  const lastRepeat = new Map<string, number>();

  const send = async (fence: Fence): Promise<void> => {
    await producer.send([
      { topic: TOPIC.fence, key: fence.scope, value: Buffer.from(canonicalJson(fence)) },
    ]);
  };
  const publish = async (fence: Fence): Promise<void> => {
    await send(fence);
    await fences.published(fence);
  };
  const fenceOf = (state: SagaState): Fence => ({
    v: 1,
    scope: scopeOf(state),
    erasedThroughEpoch: state.throughEpoch,
    ledgerSeq: state.intentSeq ?? 0,
    requestId: toRequestId.parse(state.requestId),
    at: now(),
    ...(state.endGrant ? { endGrant: true } : {}),
  });

  return {
    /** A fence that was kept reaches the topic, if need be by the sweep. */
    writeFence: async (state: SagaState): Promise<void> => {
      await fences.raise(fenceOf(state));
      const kept = await fences.find(scopeOf(state));
      if (kept !== undefined) {
        await publish(kept);
      }
      // Said again for this request: a re-erasure needs answers of its own.
      if (kept?.requestId !== state.requestId) {
        await send(fenceOf(state));
      }
    },
    /** For instances that came up while it was written, or failed to answer; at most every 4 s. */
    repeatFence: async (state: SagaState): Promise<void> => {
      const last = lastRepeat.get(state.requestId) ?? Date.parse(state.fencedAt ?? now());
      const nowMs = Date.parse(now());
      if (nowMs - last >= REPEAT_MS) {
        lastRepeat.set(state.requestId, nowMs);
        await send(fenceOf(state));
      }
    },
    publishPending: async (): Promise<void> => {
      for (const fence of await fences.unpublished()) {
        await publish(fence);
      }
    },
  };
}

/** Instances that hold a lease on the fence topic: the groups that have a member now. */
export async function liveFenceGroups(
  admin: Pick<KafkaAdmin, 'listGroups' | 'describeGroups'>,
): Promise<string[]> {
  const groups = (await admin.listGroups()).filter((group) => group.startsWith('fence-'));
  if (groups.length === 0) {
    return [];
  }
  const described = await admin.describeGroups(groups);
  return described.filter(({ members }) => members.length > 0).map(({ group }) => group);
}
