import {
  accountId as accountOf,
  HEADERS,
  requestId as idOf,
  shopKey as shopOf,
  TOPIC,
} from '@tokometrics/contracts';
import type { Fence, MailRequested, Notice, PrivacyCommand, StoreId } from '@tokometrics/contracts';
import { canonicalJson } from '@tokometrics/kit';
import type { KafkaAdmin, Logger, OutMessage, Producer } from '@tokometrics/kit';
import { planHash } from '../domain/plan.ts';
import { scopeOf } from '../domain/saga-state.ts';
import type { SagaState } from '../domain/saga-state.ts';
import type { createMongoFences } from './mongo-fences.ts';

export interface OutputsOptions {
  readonly producer: Pick<Producer, 'send'>;
  readonly fences: ReturnType<typeof createMongoFences>;
  readonly newId: () => string;
  readonly now: () => string;
  readonly log: Logger;
}

const REPEAT_MS = 4_000;

function record(topic: string, key: string, value: unknown, headers = {}): OutMessage {
  return { topic, key, value: Buffer.from(canonicalJson(value), 'utf8'), headers };
}

/** Named outputs of privacy: fences, commands, notices, mail. */
export function createKafkaOutputs({ producer, fences, newId, now, log }: OutputsOptions) {
  const lastRepeat = new Map<string, number>();

  const publishFence = async (fence: Fence): Promise<void> => {
    await producer.send([record(TOPIC.fence, fence.scope, fence)]);
    await fences.published(fence);
  };

  const fenceOf = (state: SagaState): Fence => ({
    v: 1,
    scope: scopeOf(state),
    erasedThroughEpoch: state.throughEpoch,
    ledgerSeq: state.intentSeq ?? 0,
    requestId: idOf.parse(state.requestId),
    at: now(),
  });

  return {
    /** Document first: a fence that was kept reaches the topic, if need be by the sweep. */
    writeFence: async (state: SagaState): Promise<void> => {
      await fences.raise(fenceOf(state));
      const kept = await fences.find(scopeOf(state));
      if (kept !== undefined) {
        await publishFence(kept);
      }
    },
    /** For instances that came up while it was written, or failed to answer; at most every 4 s. */
    repeatFence: async (state: SagaState): Promise<void> => {
      const last = lastRepeat.get(state.requestId) ?? Date.parse(state.fencedAt ?? now());
      const nowMs = Date.parse(now());
      if (nowMs - last >= REPEAT_MS) {
        lastRepeat.set(state.requestId, nowMs);
        await producer.send([record(TOPIC.fence, scopeOf(state), fenceOf(state))]);
      }
    },
    publishPending: async (): Promise<void> => {
      for (const fence of await fences.unpublished()) {
        await publishFence(fence);
      }
    },
    sendCommands: async (state: SagaState, storeIds: readonly StoreId[]): Promise<void> => {
      const hash = planHash();
      await producer.send(
        storeIds.map((storeId) => {
          const command: PrivacyCommand = {
            v: 1,
            msgId: newId(),
            requestId: idOf.parse(state.requestId),
            scope: scopeOf(state),
            throughEpoch: state.throughEpoch,
            phase: 'ERASE',
            storeId,
            attempt: state.stores.find((store) => store.storeId === storeId)?.attempt ?? 1,
            ledgerSeq: state.intentSeq ?? 0,
            dueAt: state.dueAt,
            planHash: hash,
          };
          return record(TOPIC.command, scopeOf(state), command);
        }),
      );
    },
    /** A hint for open pages; a lost one costs them a moment. */
    notice: (state: SagaState): void => {
      const notice: Notice = {
        kind: 'privacy.progress',
        shopKey: shopOf.parse(state.shopKey),
        requestId: idOf.parse(state.requestId),
      };
      const headers = {
        [HEADERS.shopKey]: state.shopKey,
        [HEADERS.epoch]: String(state.throughEpoch),
      };
      producer
        .send([record(TOPIC.notice, state.shopKey, notice, headers)])
        .catch((error: unknown) => {
          log.debug({ err: error }, 'a notice was not sent');
        });
    },
    mailReceipt: async (state: SagaState): Promise<void> => {
      if (state.accountId === null) {
        return;
      }
      const mail: MailRequested = {
        v: 1,
        // The same request always asks for the same mail: a repeat after a crash sends no second one.
        mailId: state.requestId,
        accountId: accountOf.parse(state.accountId),
        template: 'erasure_receipt',
        path: `/settings/privacy?request=${state.requestId}`,
        at: now(),
      };
      await producer.send([record(TOPIC.mailRequested, state.accountId, mail)]);
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
