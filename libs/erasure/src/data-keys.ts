import { createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Clock, VaultClient } from '@tokometrics/kit';

interface DataKey {
  /** Prepared once: bytes would be made into a key anew for every record. */
  readonly key: KeyObject;
  readonly wdk: string;
}

export interface DataKeys {
  /** The key that new records of the scope are sealed under, for `records` more of them. */
  forSealing(kid: string, records: number): Promise<DataKey>;
  forOpening(kid: string, wdk: string): Promise<KeyObject>;
  evict(isGone: (kid: string) => boolean): void;
}

interface SealingSlot {
  readonly pending: Promise<DataKey>;
  readonly madeAt: number;
  used: number;
}

interface OpeningSlot {
  readonly pending: Promise<KeyObject>;
  readonly kid: string;
  readonly madeAt: number;
}

const MAX_AGE_MS = 300_000;
// Random 96-bit IVs under one key: 2^20 records keep a collision out of reach.
const MAX_RECORDS = 2 ** 20;
const MAX_OPENING = 4_096;

/** Unwrapped data keys, in memory only, five minutes at most. */
export function createDataKeys(
  vault: Pick<VaultClient, 'transit'>,
  clock: Pick<Clock, 'monotonicMs'>,
): DataKeys {
  const sealing = new Map<string, SealingSlot>();
  const opening = new Map<string, OpeningSlot>();
  const isYoung = (slot: { madeAt: number }): boolean =>
    clock.monotonicMs() - slot.madeAt < MAX_AGE_MS;

  const make = async (kid: string): Promise<DataKey> => {
    const { plaintext, wrapped } = await vault.transit.dataKey(kid);
    return { key: createSecretKey(plaintext), wdk: wrapped };
  };

  return {
    forSealing: async (kid, records) => {
      let slot = sealing.get(kid);
      if (slot === undefined || !isYoung(slot) || slot.used + records > MAX_RECORDS) {
        slot = { pending: make(kid), madeAt: clock.monotonicMs(), used: 0 };
        sealing.set(kid, slot);
      }
      slot.used += records;
      return keepIfGood(sealing, kid, slot);
    },
    forOpening: async (kid, wdk) => {
      const known = opening.get(wdk);
      if (known?.kid === kid && isYoung(known)) {
        return known.pending;
      }
      if (opening.size >= MAX_OPENING) {
        const oldest = opening.keys().next().value;
        opening.delete(oldest ?? wdk);
      }
      const slot = {
        pending: vault.transit.unwrap(kid, wdk).then((bytes) => createSecretKey(bytes)),
        kid,
        madeAt: clock.monotonicMs(),
      };
      opening.set(wdk, slot);
      return keepIfGood(opening, wdk, slot);
    },
    evict: (isGone) => {
      for (const kid of [...sealing.keys()].filter(isGone)) {
        sealing.delete(kid);
      }
      for (const [wdk, { kid }] of [...opening]) {
        if (isGone(kid)) {
          opening.delete(wdk);
        }
      }
    },
  };
}

/** A failed look-up is not remembered: the next call asks again. */
async function keepIfGood<T, S extends { readonly pending: Promise<T> }>(
  slots: Map<string, S>,
  name: string,
  slot: S,
): Promise<T> {
  try {
    return await slot.pending;
  } catch (error) {
    if (slots.get(name) === slot) {
      slots.delete(name);
    }
    throw error;
  }
}
