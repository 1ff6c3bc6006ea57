import { compactDate } from '../zone-time.ts';
import type { SyntheticIdMarks } from './synthetic-profile.ts';

type RowKind = 'order' | 'collected' | 'released';

const FIRST_OF_KIND: Readonly<Record<RowKind, number>> = {
  order: 0,
  collected: 20_000,
  released: 40_000,
};

export interface SyntheticIds {
  readonly warehouse: string;
  readonly order: (day: number, sequence: number) => string;
  readonly unitPrefix: (day: number, sequence: number, line: number) => string;
  readonly product: (product: number) => string;
  readonly sku: (product: number, sku: number) => string;
  readonly row: (orderId: string, statementDay: number, kind?: RowKind) => string;
  readonly reserve: (orderId: string) => string;
  readonly statement: (day: number) => string;
  readonly payment: (day: number) => string;
}

/** `062` or `001` in most of them says which synthetic shop it is. */
export function createIds({ shop, firstLine, firstRow }: SyntheticIdMarks): SyntheticIds {
  return {
    warehouse: `7068${shop}000000000001`,
    order: (day, sequence) =>
      `576${shop}${compactDate(day).slice(2)}${String(sequence).padStart(6, '0')}`,
    unitPrefix: (day, sequence, line) =>
      `577${String(day)}${String(sequence).padStart(4, '0')}${String(firstLine + line).padStart(2, '0')}`,
    product: (product) => `1729${shop}000000${String(product).padStart(4, '0')}00`,
    sku: (product, sku) =>
      `1729${shop}000000${String(product).padStart(4, '0')}${String(sku).padStart(2, '0')}`,
    row: (orderId, statementDay, kind = 'order') =>
      `6959${orderId.slice(6, 12)}${orderId.slice(-4)}` +
      String(statementDay + firstRow + FIRST_OF_KIND[kind]),
    reserve: (orderId) => `3459${shop}${orderId.slice(6)}`,
    statement: (day) => `7238${shop}0000${compactDate(day)}`,
    payment: (day) => `3458${shop}0000${compactDate(day)}`,
  };
}
