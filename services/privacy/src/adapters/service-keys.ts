import type { Clock, VaultClient } from '@tokometrics/kit';

const FRESH_MS = 60_000;

/** Public keys of the services that sign acks, as Vault holds them. */
export function createServiceKeys(
  vault: Pick<VaultClient, 'transit'>,
  clock: Pick<Clock, 'monotonicMs'>,
) {
  const known = new Map<string, { readonly keys: readonly Buffer[]; readonly at: number }>();
  return async (service: string): Promise<readonly Buffer[]> => {
    const kept = known.get(service);
    if (kept !== undefined && clock.monotonicMs() - kept.at < FRESH_MS) {
      return kept.keys;
    }
    const keys = [...(await vault.transit.publicKeys(`svc-${service}`)).values()];
    // A service without a key yet is asked about again: it makes its key at its first answer.
    if (keys.length > 0) {
      known.set(service, { keys, at: clock.monotonicMs() });
    }
    return keys;
  };
}
