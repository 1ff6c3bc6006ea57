import type { SealedWire } from '@tokometrics/contracts';
import { KeyShredded } from '@tokometrics/erasure';
import type { SealContext, Sealer, ShopScope } from '@tokometrics/erasure';
import type { OutMessage, Producer } from '@tokometrics/kit';
import { ScopeClosed } from '../domain/snapshot-sink.ts';
import type { GuardedWrite } from './guarded-write.ts';

/** A key that is gone means that the shop is: its work ends, nothing is wrong. */
export function sealRows(
  sealer: Pick<Sealer, 'sealMany'>,
): (
  items: readonly { readonly context: SealContext; readonly plaintext: Buffer }[],
) => Promise<SealedWire[]> {
  return async (items) => {
    try {
      return await sealer.sealMany(items);
    } catch (error) {
      throw error instanceof KeyShredded ? new ScopeClosed() : error;
    }
  };
}

// The producer sends calls together up to 700 kB; one call of its own stays below as well.
const MAX_BYTES = 600_000;

/** Sends under the fence, in parts that fit one request; resolves when all are acknowledged. */
export function sendGuarded(
  guarded: GuardedWrite,
  producer: Pick<Producer, 'send'>,
): (scope: ShopScope, batch: readonly OutMessage[]) => Promise<void> {
  return async (scope, batch) => {
    for (const part of partsOf(batch)) {
      await guarded(scope, () => producer.send(part));
    }
  };
}

function partsOf(batch: readonly OutMessage[]): OutMessage[][] {
  const parts: OutMessage[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const message of batch) {
    const size = message.value?.length ?? 0;
    if (bytes + size > MAX_BYTES) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)?.push(message);
    bytes += size;
  }
  return parts;
}
