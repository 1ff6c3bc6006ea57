import { storeEntry } from '@tokometrics/contracts';
import type { StoreId } from '@tokometrics/contracts';
import { vaultPath } from '@tokometrics/kit';
import type { Logger, VaultClient } from '@tokometrics/kit';
import { later } from '../domain/clocks.ts';
import type { Verification } from '../domain/effects.ts';
import type { SagaState } from '../domain/saga-state.ts';
import type { Scope, StoreReader } from './store-reader.ts';
import type { KafkaVerifier } from './verifier-kafka.ts';
import { epochsOf } from './vault-shredder.ts';

export interface VerifierOptions {
  readonly readers: readonly StoreReader[];
  readonly kafka: KafkaVerifier;
  /** The verifier's own role: it lists and reads metadata, and changes nothing. */
  readonly vault: Pick<VaultClient, 'kv' | 'transit'>;
  readonly log: Logger;
}

interface Doubts {
  readonly readerOf: (storeId: StoreId) => StoreReader | undefined;
  readonly unmapped: () => Promise<string[]>;
  readonly log: Logger;
}

/** Nothing was found: but would it have been found, and was everything looked at? */
async function inconclusiveBecause(
  state: SagaState,
  { readerOf, unmapped, log }: Doubts,
): Promise<string | null> {
  for (const { storeId, found } of state.stores) {
    const reader = found === 0 ? readerOf(storeId) : undefined;
    if (reader !== undefined && !(await reader.isPredicateValid(storeId))) {
      log.error({ storeId }, 'the predicate of a store finds nothing that is there');
      return 'verify.predicate';
    }
  }
  const strangers = await unmapped();
  if (strangers.length > 0) {
    log.error({ stores: strangers }, 'a store is not on the data map');
    return 'store.unmapped';
  }
  return null;
}

/** Decides alone whether an erasure is complete; what the erasers counted does not enter. */
export function createVerifier({ readers, kafka, vault, log }: VerifierOptions) {
  const readerOf = (storeId: StoreId): StoreReader | undefined =>
    readers.find(({ stores }) => stores.includes(storeId));

  const countIn = async (storeId: StoreId, scope: Scope): Promise<number> => {
    const reader = readerOf(storeId);
    if (reader === undefined) {
      throw new TypeError('a counted store has no reader');
    }
    return reader.count(storeId, scope);
  };

  const isTokenThere = async (merchantId: string, authKey: string): Promise<boolean> =>
    (await vault.kv.exists(vaultPath('tiktok', merchantId, authKey))) ||
    (await vault.kv.list(vaultPath('tiktok', merchantId))).includes(authKey);

  const countKeys = async ({ shopKey, throughEpoch }: Scope): Promise<number> =>
    epochsOf(await vault.transit.listKeys(), shopKey, throughEpoch).length;

  const countOf = async (state: SagaState, storeId: StoreId): Promise<number> => {
    const { kind } = storeEntry(storeId);
    if (kind === 'vault-kv') {
      return (await isTokenThere(state.merchantId, state.authKey)) ? 1 : 0;
    }
    return kind === 'vault-transit' ? countKeys(state) : countIn(storeId, state);
  };

  const isCountable = (storeId: StoreId): boolean =>
    ['count', 'not-found'].includes(storeEntry(storeId).verify);

  const unmapped = async (): Promise<string[]> => {
    const found = await Promise.all([
      ...readers.map((reader) => reader.unmapped()),
      kafka.unmapped(),
    ]);
    return found.flat();
  };

  return {
    /** What the scope has in each store right now. */
    count: async (state: SagaState): Promise<ReadonlyMap<StoreId, number>> => {
      const counts = new Map<StoreId, number>();
      for (const { storeId } of state.stores.filter((store) => isCountable(store.storeId))) {
        // The tokens are gone by now, and the keys are counted when they are shredded.
        if (readerOf(storeId) !== undefined) {
          counts.set(storeId, await countIn(storeId, state));
        }
      }
      return counts;
    },
    verify: async (state: SagaState): Promise<Verification> => {
      const remaining: StoreId[] = [];
      for (const { storeId } of state.stores.filter((store) => isCountable(store.storeId))) {
        if ((await countOf(state, storeId)) > 0) {
          remaining.push(storeId);
        }
      }
      return {
        remaining,
        inconclusive:
          remaining.length > 0
            ? null
            : await inconclusiveBecause(state, { readerOf, unmapped, log }),
        hasLateRecords: await kafka.hasLateRecords(state.topicEnds, state),
        physicalBy: await boundsOf(state, kafka),
      };
    },
    countIn,
    countKeys,
    isTokenThere,
    unmapped,
  };
}
export type Verifier = ReturnType<typeof createVerifier>;

/** By when the last bytes have left each place that only expires. */
async function boundsOf(
  state: SagaState,
  kafka: Pick<KafkaVerifier, 'physicalBy'>,
): Promise<ReadonlyMap<StoreId, string>> {
  const quiescedAt = state.quiescedAt ?? state.receivedAt;
  const bounds = await kafka.physicalBy(quiescedAt);
  for (const { storeId } of state.stores) {
    const { kind, verify, retentionDays } = storeEntry(storeId);
    if (kind !== 'kafka' && verify === 'fenced') {
      bounds.set(storeId, later(quiescedAt, retentionDays * 86_400_000));
    }
  }
  return bounds;
}
