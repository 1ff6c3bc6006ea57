import type { PrivacyRequest, Shop } from '@tokometrics/contracts';
import { isOpen } from '../shop/use-shop.ts';

/** Not begun: a person looks first, because many sellers seemed to withdraw at once. */
export function isHeld({ attention, state }: PrivacyRequest): boolean {
  return state === 'ATTENTION' && attention === 'erasure.suspect';
}

/** A shop whose erasure is held is as good as open here: its merchant's word lets it begin. */
export function mayDisconnect(shop: Shop, requests: readonly PrivacyRequest[]): boolean {
  return (
    isOpen(shop) || requests.some((request) => request.shopKey === shop.shopKey && isHeld(request))
  );
}
