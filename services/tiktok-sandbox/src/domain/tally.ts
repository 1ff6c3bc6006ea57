import { moneyText, type MoneyStyle } from './money.ts';
import { isoDate } from './zone-time.ts';

const MONEY = [
  'gross_sales',
  'seller_discount',
  'shipping_fee',
  'cancelled_value',
  'refunds_settled',
] as const;
const COUNTS = ['orders', 'units', 'cancelled_orders', 'settled_orders'] as const;
export type Figure = (typeof MONEY)[number] | (typeof COUNTS)[number];
export type Figures = Readonly<Record<Figure, string | number>>;

export interface ProductFigures {
  readonly code: string;
  readonly title: string;
  readonly gross_sales: string;
  readonly units: number;
}

export interface TalliedFigures {
  readonly currency: string;
  readonly total: Figures;
  readonly by_month: Readonly<Record<string, Figures>>;
  readonly by_day: Readonly<Record<string, Figures>>;
  readonly products: number;
  readonly top_products: readonly ProductFigures[];
  readonly by_product: readonly ProductFigures[];
}

const TOP = 20;

/** What a client should know in the end, added up by local day and by product. */
export class Tally {
  readonly #days = new Map<string, Map<Figure, number>>();
  readonly #products = new Map<string, { title: string; gross: number; units: number }>();
  readonly #money: MoneyStyle;

  constructor(money: MoneyStyle) {
    this.#money = money;
  }

  add(day: number, figures: Readonly<Partial<Record<Figure, number>>>): void {
    const date = isoDate(day);
    const sums = this.#days.get(date) ?? new Map<Figure, number>();
    this.#days.set(date, sums);
    for (const name of [...MONEY, ...COUNTS]) {
      sums.set(name, (sums.get(name) ?? 0) + (figures[name] ?? 0));
    }
  }

  addProduct(code: string, title: string, sold: { gross: number; units: number }): void {
    const known = this.#products.get(code) ?? { title, gross: 0, units: 0 };
    known.gross += sold.gross;
    known.units += sold.units;
    this.#products.set(code, known);
  }

  figures(): TalliedFigures {
    const days = [...this.#days].sort(([a], [b]) => (a < b ? -1 : 1));
    const months = Map.groupBy(days, ([date]) => date.slice(0, 7));
    const byProduct = this.#byProduct();
    return {
      currency: this.#money.currency,
      total: this.#pack(days.map(([, sums]) => sums)),
      by_month: Object.fromEntries(
        [...months].map(([month, group]) => [month, this.#pack(group.map(([, sums]) => sums))]),
      ),
      by_day: Object.fromEntries(days.map(([date, sums]) => [date, this.#pack([sums])])),
      products: byProduct.length,
      top_products: byProduct.slice(0, TOP),
      by_product: byProduct,
    };
  }

  #pack(group: readonly ReadonlyMap<Figure, number>[]): Figures {
    const sum = (name: Figure): number =>
      group.reduce((total, sums) => total + (sums.get(name) ?? 0), 0);
    const text = (name: Figure): string => moneyText(sum(name), this.#money);
    return {
      gross_sales: text('gross_sales'),
      seller_discount: text('seller_discount'),
      shipping_fee: text('shipping_fee'),
      cancelled_value: text('cancelled_value'),
      refunds_settled: text('refunds_settled'),
      orders: sum('orders'),
      units: sum('units'),
      cancelled_orders: sum('cancelled_orders'),
      settled_orders: sum('settled_orders'),
    };
  }

  #byProduct(): ProductFigures[] {
    return [...this.#products]
      .sort(
        ([codeA, a], [codeB, b]) =>
          b.gross - a.gross || b.units - a.units || (codeA < codeB ? -1 : 1),
      )
      .map(([code, { title, gross, units }]) => ({
        code,
        title,
        gross_sales: moneyText(gross, this.#money),
        units,
      }));
  }
}
