export const SCOPES = [
  'seller.authorization.info',
  'seller.shop.info',
  'seller.order.info',
  'seller.product.basic',
  'seller.finance.info',
  'seller.return_refund.basic',
] as const;
export type Scope = (typeof SCOPES)[number];

/** Granted unless the person at the page decides otherwise. */
export const DEFAULT_SCOPES: readonly Scope[] = SCOPES.filter(
  (scope) => scope !== 'seller.return_refund.basic',
);

export function isScope(text: string): text is Scope {
  return SCOPES.some((scope) => scope === text);
}
