import type { Product } from './catalogue.ts';
import type { Finance } from './finance.ts';
import { indexSales, type SalesIndex } from './inventory.ts';
import type { MoneyStyle } from './money.ts';
import type { Order } from './order.ts';
import type { Zone } from './zone-time.ts';

export type SellerKey = 'retail' | 'synthetic';
export type ShopKey = 'retail' | SyntheticKey;
export type SyntheticKey = 'id' | 'us';

export interface ShopFacts {
  readonly key: ShopKey;
  readonly id: string;
  readonly seller: SellerKey;
  readonly name: string;
  readonly code: string;
  readonly region: 'GB' | 'ID' | 'US';
  readonly cipher: string;
  readonly money: MoneyStyle;
  readonly zone: Zone;
  readonly warehouseId: string;
  readonly isSynthetic: boolean;
}

/** All that the shop will ever show, each part with its time; views cut it at "now". */
export interface Book {
  /** By create_time, then id. */
  readonly orders: readonly Order[];
  readonly orderById: ReadonlyMap<string, Order>;
  readonly products: readonly Product[];
  readonly productById: ReadonlyMap<string, Product>;
  readonly finance: Finance;
  readonly sales: SalesIndex;
}

export interface Shop {
  readonly facts: ShopFacts;
  /** The same book until something is added to the shop. */
  readonly book: (now: number) => Book;
}

export function makeBook(parts: Pick<Book, 'orders' | 'products' | 'finance'>): Book {
  return {
    ...parts,
    orderById: new Map(parts.orders.map((order) => [order.id, order])),
    sales: indexSales(parts.orders),
    productById: new Map(parts.products.map((product) => [product.id, product])),
  };
}
