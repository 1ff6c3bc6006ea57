import { answerDue } from './clocks.ts';
import { plannedStores } from './plan.ts';
import { isOpen, startSaga } from './saga-state.ts';
import type { SagaState } from './saga-state.ts';

export interface EraseAgainDeps {
  readonly listOfShop: (shopKey: string) => Promise<readonly SagaState[]>;
  readonly openOnce: (state: SagaState, round: number) => Promise<SagaState>;
  readonly kick: (requestId: string) => void;
  readonly newId: () => string;
  readonly now: () => Date;
}

/**
 * A closed scope has rows again: a whole erasure of its own, with a receipt that replaces the
 * former one. False while an erasure of the scope is open, which will find them itself.
 */
export async function eraseAgain(
  deps: EraseAgainDeps,
  scope: { readonly shopKey: string; readonly throughEpoch: number },
): Promise<boolean> {
  const requests = await deps.listOfShop(scope.shopKey);
  const same = requests.filter(({ throughEpoch }) => throughEpoch === scope.throughEpoch);
  const last = same.toSorted((a, b) => a.receivedAt.localeCompare(b.receivedAt)).at(-1);
  if (last === undefined || requests.some(isOpen)) {
    return false;
  }
  const receivedAt = deps.now();
  const child = await deps.openOnce(
    startSaga({
      requestId: deps.newId(),
      merchantId: last.merchantId,
      accountId: null,
      shopKey: last.shopKey,
      throughEpoch: last.throughEpoch,
      authKey: last.authKey,
      trigger: 'tripwire',
      supersedesSeq: last.receiptSeq,
      receivedAt: receivedAt.toISOString(),
      dueAt: answerDue(receivedAt).toISOString(),
      stores: plannedStores(),
    }),
    same.length,
  );
  deps.kick(child.requestId);
  return true;
}
