import { shopOfScope, storeEntry } from '@tokometrics/contracts';
import type { Fence, StoreId } from '@tokometrics/contracts';
import type { Lifecycled, Logger, Metrics } from '@tokometrics/kit';
import type { ChainCheck } from '../domain/ledger-chain.ts';
import { plannedStores } from '../domain/plan.ts';
import type { Scope } from './store-reader.ts';
import type { Verifier } from './verifier.ts';

export interface SweepsOptions {
  readonly verifier: Verifier;
  readonly checkLedger: () => Promise<ChainCheck>;
  readonly signPending: () => Promise<void>;
  readonly publishPending: () => Promise<void>;
  readonly listFences: () => Promise<readonly Fence[]>;
  /** Opens the erasure of every shop whose seller has withdrawn. */
  readonly eraseDeauthorized: () => Promise<void>;
  /** Opens an erasure of its own for a scope that came back; false while one is still open. */
  readonly eraseAgain: (scope: Scope) => Promise<boolean>;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly everyMs: number;
}

const OFTEN_MS = 10_000;
const FIRST_MS = 60_000;

/** Every fence, for good: a row that was frozen on its way lives until this run at the longest. */
function createTripwire(
  { verifier, listFences, eraseAgain, log }: SweepsOptions,
  returned: { inc(count: number): void },
): () => Promise<void> {
  const hitsOf = async (scope: Scope): Promise<StoreId[]> => {
    const hits: StoreId[] = [];
    for (const storeId of plannedStores().filter((id) => storeEntry(id).verify === 'count')) {
      if ((await verifier.countIn(storeId, scope)) > 0) {
        hits.push(storeId);
      }
    }
    return (await verifier.countKeys(scope)) > 0 ? [...hits, 'vault.sealing-keys'] : hits;
  };

  return async (): Promise<void> => {
    for (const fence of await listFences()) {
      const shopKey = shopOfScope(fence.scope);
      if (shopKey !== undefined) {
        const scope = { shopKey, throughEpoch: fence.erasedThroughEpoch };
        await tripOver(scope);
      }
    }
  };

  const tripOver = async (scope: Scope): Promise<void> => {
    const hits = await hitsOf(scope);
    if (hits.length > 0 && (await eraseAgain(scope))) {
      returned.inc(hits.length);
      log.error(
        { shopKey: scope.shopKey, stores: hits },
        'an erased scope came back; it is erased again',
      );
    }
  };
}

/** What nobody asks for: late signatures, unsent fences, the chain, and rows that came back. */
export function createSweeps(options: SweepsOptions): Lifecycled & { runAll(): Promise<void> } {
  const { verifier, metrics, log } = options;
  const ledgerOk = metrics.gauge({ name: 'ledger_ok', help: '1 when the chain was whole' });
  const ledgerAt = metrics.gauge({
    name: 'ledger_verified_timestamp_seconds',
    help: 'When the chain was last walked',
  });
  const unmapped = metrics.gauge({ name: 'unmapped_stores', help: 'Stores beside the data map' });
  const returned = metrics.counter({
    name: 'resurrections_total',
    help: 'Stores in which an erased scope was found again',
  });
  const timers: NodeJS.Timeout[] = [];

  const checkLedger = async (): Promise<void> => {
    const { entries, fault, head } = await options.checkLedger();
    ledgerOk.set(fault === null ? 1 : 0);
    ledgerAt.setToCurrentTime();
    if (fault !== null) {
      log.error({ fault }, 'the ledger is not whole');
      return;
    }
    // Outside of the database, so that a tail that was cut off or written anew shows.
    const fields = { seq: head?.entry.seq, entryHash: head?.entryHash, signature: head?.signature };
    log.info({ entries, ...fields }, 'the ledger is whole');
  };

  const tripwire = createTripwire(options, returned);

  const runAll = async (): Promise<void> => {
    await checkLedger();
    const strangers = await verifier.unmapped();
    unmapped.set(strangers.length);
    if (strangers.length > 0) {
      log.error({ stores: strangers }, 'stores exist that are not on the data map');
    }
    await tripwire();
  };

  const often = async (): Promise<void> => {
    await options.signPending();
    await options.publishPending();
    await options.eraseDeauthorized();
  };

  return {
    name: 'sweeps',
    runAll,
    start: () => {
      timers.push(setTimeout(oneAtATime(runAll, log), FIRST_MS));
      timers.push(setInterval(oneAtATime(often, log), OFTEN_MS));
      timers.push(setInterval(oneAtATime(runAll, log), options.everyMs));
      return Promise.resolve();
    },
    stop: () => {
      timers.forEach((timer) => {
        clearInterval(timer);
      });
      return Promise.resolve();
    },
  };
}

/** A run that takes longer than its interval is not joined by a second one. */
function oneAtATime(work: () => Promise<void>, log: Logger): () => void {
  let isBusy = false;
  return () => {
    if (isBusy) {
      return;
    }
    isBusy = true;
    work()
      .catch((error: unknown) => {
        log.warn({ err: error }, 'a sweep did not end');
      })
      .finally(() => {
        isBusy = false;
      });
  };
}
