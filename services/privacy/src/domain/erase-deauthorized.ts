import type { ShopLifecycle } from '@tokometrics/contracts';
import { answerDue } from './clocks.ts';
import { plannedStores } from './plan.ts';
import { startSaga } from './saga-state.ts';
import type { SagaState } from './saga-state.ts';

export interface EraseDeauthorizedDeps {
  /** The newest that is known of every shop. */
  readonly shops: () => Iterable<ShopLifecycle>;
  /** Whether a fence covers the connection already. */
  readonly isClosed: (shopKey: string, epoch: number) => boolean;
  readonly listOpen: () => Promise<readonly SagaState[]>;
  /** Requests that a deauthorization has opened since then. */
  readonly listDeauthorizations: (since: string) => Promise<readonly SagaState[]>;
  /** Only while it is held. */
  readonly discardHeld: (requestId: string) => Promise<void>;
  readonly openOnce: (state: SagaState) => Promise<SagaState>;
  readonly kick: (requestId: string) => void;
  readonly newId: () => string;
  readonly now: () => Date;
  readonly onHeld: (state: SagaState) => void;
}

const HOUR_MS = 3_600_000;
const FEWEST = 5;
const SHARE = 0.01;

/** Erasures that a platform's word alone may begin within an hour, of so many shops at work. */
export function hourlyCap(live: number): number {
  return Math.max(FEWEST, Math.floor(live * SHARE));
}

/**
 * Every shop whose seller has ended our access is erased as if it had been disconnected here. It goes
 * by what is true now and not by the news of it: a shop that was connected again since is left alone.
 * When suddenly many end at once it may be the platform that errs: those over the cap wait for a person.
 */
export async function eraseDeauthorized(deps: EraseDeauthorizedDeps): Promise<void> {
  const shops = [...deps.shops()].filter(({ shopKey, epoch }) => !deps.isClosed(shopKey, epoch));
  const due = shops.filter(({ state }) => state === 'deauthorized');
  await discardObsolete(deps, due);
  if (due.length === 0) {
    return;
  }
  const live = shops.filter(({ state }) => state !== 'disconnected').length;
  const now = deps.now();
  const since = new Date(now.getTime() - HOUR_MS).toISOString();
  const recent = await deps.listDeauthorizations(since);
  let left = hourlyCap(live) - recent.filter(({ phase }) => phase !== 'HELD').length;
  for (const shop of due) {
    const wish = requestFor(shop, { requestId: deps.newId(), now, isHeld: left <= 0 });
    const request = await deps.openOnce(wish);
    if (request.requestId !== wish.requestId) {
      continue;
    }
    if (request.phase === 'HELD') {
      deps.onHeld(request);
    } else {
      left -= 1;
      deps.kick(request.requestId);
    }
  }
}

/** Held for a shop that was connected again meanwhile: nothing was begun, and nothing is to be. */
async function discardObsolete(
  deps: EraseDeauthorizedDeps,
  due: readonly ShopLifecycle[],
): Promise<void> {
  const isDue = ({ shopKey, throughEpoch }: SagaState): boolean =>
    due.some((shop) => shop.shopKey === shopKey && shop.epoch === throughEpoch);
  const held = (await deps.listOpen()).filter(({ phase }) => phase === 'HELD');
  for (const { requestId } of held.filter((request) => !isDue(request))) {
    await deps.discardHeld(requestId);
  }
}

function requestFor(
  { merchantId, shopKey, epoch, authKey }: ShopLifecycle,
  { requestId, now, isHeld }: { requestId: string; now: Date; isHeld: boolean },
): SagaState {
  return startSaga({
    ...{ requestId, merchantId, accountId: null, shopKey, throughEpoch: epoch, authKey, isHeld },
    trigger: 'deauthorization',
    supersedesSeq: null,
    receivedAt: now.toISOString(),
    dueAt: answerDue(now).toISOString(),
    stores: plannedStores(),
  });
}
