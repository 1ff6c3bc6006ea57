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
  readonly isGift: boolean;
}

/** What happens in the synthetic shop. Everything else that it shows is a view of these. */
export type SyntheticEvent = { readonly at: number; readonly orderId: string } & (
  | {
      readonly kind: 'ordered';
      readonly items: readonly SyntheticItem[];
      readonly buyer: Buyer;
      readonly order: OrderKind;
      readonly shippingFee: number;
      readonly shippingPlatformDiscount: number;
    }
  | { readonly kind: 'paid' }
  | { readonly kind: 'held' }
  | { readonly kind: 'released'; readonly rtsSlaTime: number }
  | { readonly kind: 'readied' }
  | { readonly kind: 'collected' }
  | { readonly kind: 'delivered' }
  | { readonly kind: 'completed' }
  | {
      readonly kind: 'cancelled';
      readonly by: Cancellation['by'];
      readonly reason: string;
    }
  | {
      readonly kind: 'refunded';
      /** Indexes into the order's items. */
      readonly items: readonly number[];
      readonly settlesOn: number;
    }
  | { readonly kind: 'settled'; readonly day: number; readonly fees: Fees }
);
