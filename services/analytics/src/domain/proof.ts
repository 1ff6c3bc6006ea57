import type { Basis, MetricId } from '@tokometrics/contracts';
import { DICTIONARY } from '@tokometrics/contracts';

export type Component = 'value' | 'numerator' | 'denominator';

/** How much of each amount a figure takes. */
export interface Weights {
  readonly wOrders: number;
  readonly wUnits: number;
  readonly wGross: number;
  readonly wDiscount: number;
  readonly wCancelledOrders: number;
  readonly wCancelled: number;
  readonly wRefund: number;
}

/** Which movements a figure takes anything of; the others are not even read. */
export interface Taken {
  readonly sales: boolean;
  readonly cancellations: boolean;
  readonly refunds: boolean;
}

export function takenOf(weights: Weights): Taken {
  const { wOrders, wUnits, wGross, wDiscount, wCancelledOrders, wCancelled, wRefund } = weights;
  const any = (...of: readonly number[]) => of.some((weight) => weight !== 0);
  return {
    sales: any(wOrders, wUnits, wGross, wDiscount),
    cancellations: any(wCancelledOrders, wCancelled),
    refunds: any(wRefund),
  };
}

const NONE: Weights = {
  wOrders: 0,
  wUnits: 0,
  wGross: 0,
  wDiscount: 0,
  wCancelledOrders: 0,
  wCancelled: 0,
  wRefund: 0,
};

/** An average has no rows of its own: its value is proven by its numerator. */
export function componentOf(metric: MetricId, asked: Component): Component {
  if (metric !== 'aov') {
    return 'value';
  }
  return asked === 'denominator' ? 'denominator' : 'numerator';
}

export function weightsOf(metric: MetricId, component: Component): Weights {
  switch (metric) {
    case 'gross_sales':
      return { ...NONE, wGross: 1 };
    case 'net_sales':
      return { ...NONE, wGross: 1, wDiscount: -1, wCancelled: -1, wRefund: -1 };
    case 'orders':
      return { ...NONE, wOrders: 1 };
    case 'units':
      return { ...NONE, wUnits: 1 };
    case 'aov':
      return component === 'denominator'
        ? { ...NONE, wOrders: 1 }
        : { ...NONE, wGross: 1, wDiscount: -1 };
    case 'cancelled_value':
      return { ...NONE, wCancelled: 1 };
    case 'cancelled_orders':
      return { ...NONE, wCancelledOrders: 1 };
    case 'refunds_settled':
      return { ...NONE, wRefund: 1 };
  }
}

export const bySaleOf = (basis: Basis): 0 | 1 => (basis === 'order' ? 1 : 0);

/** What a figure means and how it is made; that of a product has no refunds in it. */
export function explanationOf(metric: MetricId, component: Component, isOfProduct: boolean) {
  const { text, formula, ofProduct } = DICTIONARY[metric];
  switch (component) {
    case 'numerator':
      return { text, formula: 'gross sales − seller discount' };
    case 'denominator':
      return { text, formula: 'number of orders with a sale time' };
    case 'value':
      return isOfProduct && ofProduct !== undefined ? ofProduct : { text, formula };
  }
}
