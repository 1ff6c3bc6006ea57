import { z } from 'zod';
import type { Resource } from '../resources.ts';

export const METRICS = [
  'gross_sales',
  'net_sales',
  'orders',
  'units',
  'aov',
  'cancelled_value',
  'cancelled_orders',
  'refunds_settled',
] as const;
export const metricId = z.enum(METRICS);
export type MetricId = z.infer<typeof metricId>;

export const BASES = ['activity', 'order'] as const;
export const basis = z.enum(BASES);
export type Basis = z.infer<typeof basis>;

export interface MetricDefinition {
  readonly name: string;
  /** The qualifier is part of the label wherever the number stands. */
  readonly label?: string;
  readonly text: string;
  readonly formula: string;
  /** The same of one product's figure, where the source does not split all of it by product. */
  readonly ofProduct?: { readonly text: string; readonly formula: string };
  readonly unit: 'money' | 'count';
  /** Whether a rise is good news. */
  readonly polarity: 'up' | 'down';
  readonly resources: readonly Resource[];
  readonly version: number;
}

/** One entry per number: the "i" text, the query and the documentation come from here. */
export const DICTIONARY: Readonly<Record<MetricId, MetricDefinition>> = {
  gross_sales: {
    name: 'Gross sales',
    text: 'What was sold at list price: before discounts, without shipping and tax. Orders cancelled later stay in. Samples, replacements, exchanges and gifts are left out.',
    formula: 'Σ original price of the units of orders that were paid (cash on delivery: placed)',
    unit: 'money',
    polarity: 'up',
    resources: ['order'],
    version: 1,
  },
  net_sales: {
    name: 'Net sales',
    text: 'Gross sales less your own discounts, cancellations and settled refunds. Refunds count once a statement carries them, not when the buyer asks.',
    formula: 'gross sales − seller discount − cancellations − settled refunds',
    ofProduct: {
      text: 'Gross sales less your own discounts and cancellations. Refunds are not taken off: TikTok Shop does not split them by product.',
      formula: 'gross sales − seller discount − cancellations',
    },
    unit: 'money',
    polarity: 'up',
    resources: ['order', 'transaction'],
    version: 1,
  },
  orders: {
    name: 'Orders',
    text: 'Orders that were paid (cash on delivery: placed). Samples, replacements and exchanges are left out; orders cancelled later stay in.',
    formula: 'number of orders with a sale time',
    unit: 'count',
    polarity: 'up',
    resources: ['order'],
    version: 1,
  },
  units: {
    name: 'Units',
    text: 'Pieces sold. TikTok Shop lists every piece as a line of its own; gifts are counted apart.',
    formula: 'number of order lines, gifts left out',
    unit: 'count',
    polarity: 'up',
    resources: ['order'],
    version: 1,
  },
  aov: {
    name: 'Average order value',
    text: 'What an order brought on average after your own discounts. The same orders stand above and below the line.',
    formula: '(gross sales − seller discount) ÷ orders',
    unit: 'money',
    polarity: 'up',
    resources: ['order'],
    version: 1,
  },
  cancelled_value: {
    name: 'Cancellations',
    text: 'Value of units that were cancelled, on the day of the cancellation (basis order: on the day of the sale).',
    formula: 'Σ (original price − seller discount) of cancelled units',
    unit: 'money',
    polarity: 'down',
    resources: ['order'],
    version: 1,
  },
  cancelled_orders: {
    name: 'Cancelled orders',
    text: 'Orders that were cancelled as a whole, on the day of the cancellation (basis order: on the day of the sale).',
    formula: 'number of orders in state CANCELLED',
    unit: 'count',
    polarity: 'down',
    resources: ['order'],
    version: 1,
  },
  refunds_settled: {
    name: 'Refunds (settled)',
    label: 'settled refunds',
    text: 'Money that statements returned to buyers for goods, on the date of the statement. A refund asked for but not yet settled is not in this number.',
    formula: '−Σ (refunded subtotal + refunded seller discount) of statement transactions',
    unit: 'money',
    polarity: 'down',
    resources: ['transaction'],
    version: 1,
  },
};
