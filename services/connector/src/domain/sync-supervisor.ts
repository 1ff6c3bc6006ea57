import type { Connection } from './connection.ts';
import { settle } from './settle.ts';
import type { ShopWorker } from './shop-worker.ts';
import type { Loop } from './worker-context.ts';

export interface SupervisorDeps {
  readonly load: () => Promise<readonly Connection[]>;
  /** Opens what the shop's work needs, then starts it. */
  readonly begin: (connection: Connection) => Promise<ShopWorker>;
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly onFailure: (connection: Connection, error: unknown) => void;
  /** Once a minute: what was left undone, and rows that are past their time. */
  readonly tidy: () => Promise<void>;
}

export interface SyncSupervisor {
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly ensure: (connection: Connection) => Promise<void>;
  readonly wake: (shopKey: string, epoch: number, loop: Loop) => void;
  /** At once and without waiting; for the moment in which a fence arrives. */
  readonly abort: (shopKey: string, throughEpoch: number) => void;
  /** Resolves when nothing of these epochs runs here any more. */
  readonly halt: (shopKey: string, throughEpoch: number) => Promise<void>;
}

const RECONCILE_MS = 30_000;

interface Running {
  readonly shopKey: string;
  readonly epoch: number;
  readonly worker: Promise<ShopWorker>;
}

interface Scope {
  readonly shopKey: string;
  readonly epoch: number;
}

/** The workers of this process by shop and epoch. */
function createRoster() {
  const workers = new Map<string, Running>();
  const keyOf = ({ shopKey, epoch }: Scope): string => `${shopKey}:${epoch}`;
  const remove = (run: Running): boolean =>
    workers.get(keyOf(run)) === run && workers.delete(keyOf(run));
  const withEach = (runs: readonly Running[], act: (worker: ShopWorker) => void): void => {
    for (const { worker } of runs) {
      void settle(worker).then((begun) => {
        if (begun.ok) {
          act(begun.value);
        }
      });
    }
  };

  return {
    remove,
    withEach,
    has: (scope: Scope): boolean => workers.has(keyOf(scope)),
    add: (run: Running): void => {
      workers.set(keyOf(run), run);
    },
    all: (): Running[] => [...workers.values()],
    of: (scope: Scope): Running[] => {
      const run = workers.get(keyOf(scope));
      return run === undefined ? [] : [run];
    },
    through: (shopKey: string, epoch: number): Running[] =>
      [...workers.values()].filter((run) => run.shopKey === shopKey && run.epoch <= epoch),
    halt: async (runs: readonly Running[]): Promise<void> => {
      await Promise.all(
        runs.map(async (run) => {
          const worker = await settle(run.worker);
          if (worker.ok) {
            await worker.value.stop();
          }
          remove(run);
        }),
      );
    },
  };
}

/** One worker per open connection; a shop that could not be started is tried again. */
export function createSyncSupervisor(deps: SupervisorDeps): SyncSupervisor {
  const roster = createRoster();
  const stopping = new AbortController();
  let reconciling: Promise<void> = Promise.resolve();

  const ensure = async (connection: Connection): Promise<void> => {
    const isWanted = connection.state === 'open' && connection.status === 'active';
    if (!isWanted || roster.has(connection) || stopping.signal.aborted) {
      return;
    }
    const { shopKey, epoch } = connection;
    const run: Running = { shopKey, epoch, worker: deps.begin(connection) };
    roster.add(run);
    const begun = await settle(run.worker);
    if (!begun.ok && roster.remove(run)) {
      deps.onFailure(connection, begun.error);
    }
  };

  const reconcile = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const connections = await settle(deps.load());
      if (connections.ok) {
        await Promise.all(connections.value.map(ensure));
      }
      await settle(deps.tidy());
      await deps.pause(RECONCILE_MS, stopping.signal);
    }
  };

  return {
    ensure,
    start: () => {
      reconciling = reconcile();
      return Promise.resolve();
    },
    stop: async () => {
      stopping.abort();
      await reconciling;
      await roster.halt(roster.all());
    },
    wake: (shopKey, epoch, loop) => {
      roster.withEach(roster.of({ shopKey, epoch }), (worker) => {
        worker.wake(loop);
      });
    },
    abort: (shopKey, throughEpoch) => {
      roster.withEach(roster.through(shopKey, throughEpoch), (worker) => {
        worker.abort();
      });
    },
    halt: (shopKey, throughEpoch) => roster.halt(roster.through(shopKey, throughEpoch)),
  };
}
