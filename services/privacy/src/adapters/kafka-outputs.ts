import {
  accountId as accountOf,
  HEADERS,
  merchantId as merchantOf,
  requestId as idOf,
  shopKey as shopOf,
  TOPIC,
} from '@tokometrics/contracts';
import type { MailRequested, Notice, PrivacyCommand, StoreId } from '@tokometrics/contracts';
import { canonicalJson } from '@tokometrics/kit';
import type { Logger, OutMessage, Producer } from '@tokometrics/kit';
import { planHash } from '../domain/plan.ts';
import { scopeOf } from '../domain/saga-state.ts';
import type { SagaState } from '../domain/saga-state.ts';

export interface OutputsOptions {
  readonly producer: Pick<Producer, 'send'>;
  readonly newId: () => string;
  readonly now: () => string;
  readonly log: Logger;
}

function record(topic: string, key: string, value: unknown, headers = {}): OutMessage {
  return { topic, key, value: Buffer.from(canonicalJson(value), 'utf8'), headers };
}

/** Named outputs of privacy: commands, notices, mail. */
export function createKafkaOutputs({ producer, newId, now, log }: OutputsOptions) {
  return {
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
      // Nobody asked for what the tripwire began: its receipt replaces one that was mailed before.
      if (state.trigger === 'tripwire') {
        return;
      }
      const mail: MailRequested = {
        v: 1,
        // The same request always asks for the same mail: a repeat after a crash sends no second one.
        mailId: state.requestId,
        accountId: state.accountId === null ? null : accountOf.parse(state.accountId),
        merchantId: state.accountId === null ? merchantOf.parse(state.merchantId) : null,
        template: 'erasure_receipt',
        path: `/settings/privacy?request=${state.requestId}`,
        at: now(),
      };
      await producer.send([record(TOPIC.mailRequested, state.accountId ?? state.merchantId, mail)]);
    },
  };
}
