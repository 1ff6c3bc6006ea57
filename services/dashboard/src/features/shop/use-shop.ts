import type { Shop } from '@tokometrics/contracts';
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { shopsQuery } from '../../api/shops.ts';

/** A shop that is being erased has no figures to show any more. */
export const isOpen = (shop: Shop): boolean => shop.status !== 'disconnecting';

export function pickShop(shops: readonly Shop[], asked: string | undefined): Shop | undefined {
  const open = shops.filter(isOpen);
  return open.find(({ shopKey }) => shopKey === asked) ?? open[0];
}

/** Shops of the merchant and the one that the address names, else the first. */
export function useShop() {
  const asked = useSearch({ strict: false, select: ({ shop }) => shop });
  const shops = useQuery(shopsQuery);
  const items = shops.data ?? [];
  return { shops, items, shop: pickShop(items, asked) };
}
