import { privacyAck, storeEntry, storeId as storeIdSchema } from '@tokometrics/contracts';
import type { PrivacyAck } from '@tokometrics/contracts';
import { parseRecord, verifyAckSignature } from '@tokometrics/erasure';
import { done, park, skip } from '@tokometrics/kit';
import type { InMessage, Logger, Outcome } from '@tokometrics/kit';
import type { KeptAck } from '../domain/evidence.ts';

export interface PrivacyAckDeps {
  readonly publicKeysOf: (service: string) => Promise<readonly Buffer[]>;
  readonly keep: (requestId: string, ack: KeptAck) => Promise<void>;
  readonly kick: (requestId: string) => void;
  readonly countRefused: () => void;
  readonly now: () => string;
  readonly log: Logger;
}

/** An answer counts only when the service that owns the store has signed it. */
export async function onPrivacyAck(deps: PrivacyAckDeps, message: InMessage): Promise<Outcome> {
  const ack = parseRecord(privacyAck, message);
  if (ack === undefined) {
    return park('schema');
  }
  const service = signerOf(ack);
  if (service === undefined || !verifyAckSignature(ack, await deps.publicKeysOf(service))) {
    deps.countRefused();
    deps.log.error(
      { requestId: ack.requestId, storeId: ack.storeId },
      'an ack is not signed by its owner',
    );
    return skip('forged');
  }
  await deps.keep(ack.requestId, keptOf(ack, deps.now()));
  deps.kick(ack.requestId);
  return done;
}

function signerOf(ack: PrivacyAck): string | undefined {
  if (ack.phase === 'FENCE') {
    return /^service:(.+)$/.exec(ack.storeId)?.[1];
  }
  const storeId = storeIdSchema.safeParse(ack.storeId);
  return storeId.success ? storeEntry(storeId.data).owner : undefined;
}

function keptOf(ack: PrivacyAck, receivedAt: string): KeptAck {
  const { v: _v, inReplyTo: _reply, requestId: _id, watermark: _mark, sig: _sig, ...facts } = ack;
  return { ...facts, receivedAt };
}
