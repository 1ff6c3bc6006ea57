import type { ShopScope } from './fence-map.ts';

type Undo<S> = (fenced: readonly S[]) => Promise<void>;

export interface LateWrites {
  /**
   * A write has ended: takes back what of it is fenced. What cannot be decided yet, and all of it when
   * the undo fails, stays owed; then the failure is the caller's too.
   */
  end<S extends ShopScope>(scopes: readonly S[], undo: Undo<S>): Promise<void>;
  isAnyOwed(): boolean;
  /** Takes back what is owed for these shops and can be decided; rejects when an undo fails. */
  settle(shopKeys: readonly string[]): Promise<void>;
  /** Tries what is owed for other shops, beside the caller, who does not hear of a failure there. */
  tryOthers(shopKeys: readonly string[]): void;
}

interface LateWritesParts {
  readonly isFenced: (scope: ShopScope) => boolean;
  /** Whether every fence is known that was not waited with for this instance. */
  readonly isCertain: () => boolean;
}

interface Debt {
  readonly names: (shopKeys: readonly string[]) => boolean;
  readonly isBusy: () => boolean;
  readonly settle: () => Promise<void>;
}

/**
 * What landed and may have to go. A repetition of the write does not take it back: once the fence is
 * known it finds no scope open. It is kept in memory; what a crash loses is the verifier's to find.
 */
export function createLateWrites(parts: LateWritesParts): LateWrites {
  const owed = new Set<Debt>();

  const owe = <S extends ShopScope>(scopes: readonly S[], undo: Undo<S>): Debt => {
    let left = scopes;
    let attempts = 0;
    let last = Promise.resolve();

    const attempt = async (): Promise<void> => {
      // A fence is final: what it closes goes, also while others may be unknown.
      const late = left.filter(parts.isFenced);
      // With all fences known, one that comes later waits for this instance, and its erasure finds
      // what landed.
      const undecided = parts.isCertain() ? [] : left.filter((scope) => !parts.isFenced(scope));
      if (late.length > 0) {
        await undo(late);
      }
      left = undecided;
      if (left.length === 0) {
        owed.delete(debt);
      }
    };
    const debt: Debt = {
      names: (shopKeys) => left.some(({ shopKey }) => shopKeys.includes(shopKey)),
      isBusy: () => attempts > 0,
      // One after the other: an attempt under way may have begun before the fence in question.
      settle: () => {
        attempts += 1;
        last = last.then(attempt, attempt).finally(() => {
          attempts -= 1;
        });
        return last;
      },
    };
    owed.add(debt);
    return debt;
  };

  return {
    end: (scopes, undo) => owe(scopes, undo).settle(),
    isAnyOwed: () => owed.size > 0,
    settle: async (shopKeys) => {
      const mine = [...owed].filter((debt) => debt.names(shopKeys));
      await Promise.all(mine.map((debt) => debt.settle()));
    },
    tryOthers: (shopKeys) => {
      for (const debt of owed) {
        // Not behind an attempt that hangs: they would pile up.
        if (!debt.names(shopKeys) && !debt.isBusy()) {
          debt.settle().catch(() => undefined);
        }
      }
    },
  };
}
