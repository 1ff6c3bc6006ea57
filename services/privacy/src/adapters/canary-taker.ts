import { sealingKey } from '@tokometrics/erasure';
import type { VaultClient } from '@tokometrics/kit';
import type { createMongoCanaries } from './mongo-canaries.ts';

export interface CanaryTakerOptions {
  readonly canaries: Pick<ReturnType<typeof createMongoCanaries>, 'find' | 'keep'>;
  readonly transit: Pick<VaultClient['transit'], 'readKey' | 'wrappedDataKey'>;
  readonly subjectRef: (shopKey: string) => Promise<string>;
  readonly now: () => string;
}

/** Takes a scope's canary once. A key that is gone already leaves nothing to take. */
export function createCanaryTaker({ canaries, transit, subjectRef, now }: CanaryTakerOptions) {
  return async (shopKey: string, epoch: number): Promise<void> => {
    const kid = sealingKey(shopKey, epoch);
    if ((await canaries.find(kid)) !== undefined || (await transit.readKey(kid)) === undefined) {
      return;
    }
    await canaries.keep({
      kid,
      shopKey,
      epoch,
      wrapped: await transit.wrappedDataKey(kid),
      subjectRef: await subjectRef(shopKey),
      takenAt: now(),
    });
  };
}
