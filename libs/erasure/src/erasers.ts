import { privacyCommand, shopOfScope, storeEntry, TOPIC } from '@tokometrics/contracts';
import type { PrivacyCommand, ShopKey } from '@tokometrics/contracts';
import { canonicalJson, createUlid, done, park, sha256Hex, skip } from '@tokometrics/kit';
import type {
  Clock,
  InMessage,
  Kafka,
  Lifecycled,
  Logger,
  Outcome,
  Producer,
  VaultClient,
} from '@tokometrics/kit';
import { signAck } from './acks.ts';
import { createLeft, eraseWithTries } from './erase-with-tries.ts';
import type { Reply } from './erase-with-tries.ts';
import type { Eraser } from './eraser.ts';
import { parseRecord } from './parse-record.ts';

export interface ErasersOptions {
  readonly kafka: Kafka;
  readonly producer: Pick<Producer, 'send'>;
  readonly vault: Pick<VaultClient, 'transit'>;
  readonly service: string;
  readonly instanceId: string;
  readonly erasers: readonly Eraser[];
  readonly clock: Clock;
  readonly log: Logger;
}

/** Answers ERASE commands for this service's own stores, each with a signed ack. */
export function registerErasers(options: ErasersOptions): Lifecycled {
  const { kafka, service, log } = options;
  const byStore = new Map(
    options.erasers.map((eraser) => [eraser.storeId, { eraser, left: createLeft() }]),
  );

  const erase = async (command: PrivacyCommand, shopKey: ShopKey): Promise<Reply> => {
    const of = byStore.get(command.storeId);
    if (of === undefined || command.phase !== 'ERASE') {
      return { outcome: 'unsupported', found: 0, removed: 0 };
    }
    const scope = { shopKey, throughEpoch: command.throughEpoch };
    return eraseWithTries(of.eraser, scope, of.left, (error, attempt) => {
      log.warn({ err: error, storeId: command.storeId, attempt }, 'erasure of a store failed');
    });
  };

  const handle = async (message: InMessage): Promise<Outcome> => {
    const command = parseRecord(privacyCommand, message);
    if (command === undefined) {
      return park('schema');
    }
    const shopKey = shopOfScope(command.scope);
    if (storeEntry(command.storeId).owner !== service || shopKey === undefined) {
      return skip('not-ours');
    }
    const { outcome, found, removed, physicalBy } = await erase(command, shopKey);
    const ack = await signAck(options.vault, service, {
      v: 1,
      msgId: createUlid(options.clock),
      inReplyTo: command.msgId,
      requestId: command.requestId,
      storeId: command.storeId,
      instanceId: options.instanceId,
      phase: command.phase,
      attempt: command.attempt,
      outcome,
      found,
      removed,
      physicalBy: physicalBy ?? null,
      evidence: evidenceOf(command, found, removed),
      watermark: command.ledgerSeq,
    });
    await options.producer.send([
      { topic: TOPIC.ack, key: command.requestId, value: Buffer.from(canonicalJson(ack)) },
    ]);
    return done;
  };

  const consumer = kafka.consumer({ group: `erase-${service}`, topics: [TOPIC.command], handle });
  return {
    name: `erasers of ${service}`,
    start: () => consumer.start(),
    stop: () => consumer.stop(),
  };
}

function evidenceOf(command: PrivacyCommand, found: number, removed: number): string {
  const { storeId, scope, throughEpoch, requestId } = command;
  return sha256Hex(canonicalJson({ requestId, storeId, scope, throughEpoch, found, removed }));
}
