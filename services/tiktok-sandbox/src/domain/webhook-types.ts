/** The events that this sandbox sends. */
export const WEBHOOK = {
  orderStatus: 1,
  productStatus: 5,
  deauthorized: 6,
  authorizationExpires: 7,
  productChanged: 15,
  productCreated: 16,
} as const;
export const WEBHOOK_TYPES: readonly number[] = Object.values(WEBHOOK);
