import type { Fees } from '../ledger.ts';
import type { Buyer, Cancellation, OrderKind } from '../order.ts';

/** One generated element: one unit of one SKU. */
export interface SyntheticItem {
  readonly unitIdPrefix: string;
  readonly productId: string;
  readonly skuId: string;
  readonly sellerSku: string;
  readonly title: string;
  readonly name: string;
  readonly price: number;
  readonly sellerDiscount: number;
  readonly platformDiscount: number;
  readonly tax: number;
  readonly isGift: boolean;
}

/** What happens in a synthetic shop. Everything else that it shows is a view of these. */
export type SyntheticEvent = { readonly at: number; readonly orderId: string } & (
  | {
      readonly kind: 'ordered';
      readonly items: readonly SyntheticItem[];
      /** In 1/100 000. */
      readonly taxRate: number;
      readonly buyer: Buyer;
      readonly order: OrderKind;
      readonly shippingFee: number;
      readonly shippingPlatformDiscount: number;
    }
  | { readonly kind: 'paid' }
  | { readonly kind: 'held' }
  | { readonly kind: 'released'; readonly rtsSlaTime: number }
  /** The first of two packages leaves, with these items. */
  | { readonly kind: 'parted'; readonly items: readonly number[] }
  | { readonly kind: 'readied' }
  | { readonly kind: 'collected' }
  | { readonly kind: 'delivered' }
  | { readonly kind: 'completed' }
  | ({ readonly kind: 'cancelled' } & Why)
  /** Some items alone are cancelled; the order goes on without them. */
  | ({ readonly kind: 'dropped'; readonly items: readonly number[] } & Why)
  | {
      readonly kind: 'refunded';
      /** Indexes into the order's items. */
      readonly items: readonly number[];
      readonly settlesOn: number;
    }
  | { readonly kind: 'settled'; readonly day: number; readonly fees: Fees }
  /** Kept back on one statement and given back on a later one. */
  | {
      readonly kind: 'reserved';
      readonly day: number;
      readonly releaseDay: number;
      readonly amount: number;
    }
);

type Why = Pick<Cancellation, 'by' | 'reason'>;
export type EventOf<K extends SyntheticEvent['kind']> = Extract<SyntheticEvent, { kind: K }>;

export function findEvent<K extends SyntheticEvent['kind']>(
  events: readonly SyntheticEvent[],
  kind: K,
): EventOf<K> | undefined {
  return events.find((event): event is EventOf<K> => event.kind === kind);
}
