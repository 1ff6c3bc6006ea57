import { shopOfScope } from '@tokometrics/contracts';

export interface ShopScope {
  readonly shopKey: string;
  readonly epoch: number;
}

export interface FenceMap {
  /** Closes everything up to the epoch; true when that is news. A lower epoch changes nothing. */
  raise(scope: string, throughEpoch: number): boolean;
  /** 0: nothing of the shop is closed. */
  throughEpoch(shopKey: string): number;
  isFenced(shopKey: string, epoch: number): boolean;
}

/** Shop → highest closed epoch. It only grows, whatever order the records arrive in. */
export function createFenceMap(): FenceMap {
  const closed = new Map<string, number>();
  const throughEpoch = (shopKey: string): number => closed.get(shopKey) ?? 0;
  return {
    throughEpoch,
    isFenced: (shopKey, epoch) => epoch <= throughEpoch(shopKey),
    raise: (scope, through) => {
      const shopKey = shopOfScope(scope);
      if (shopKey === undefined || through <= throughEpoch(shopKey)) {
        return false;
      }
      closed.set(shopKey, through);
      return true;
    },
  };
}
