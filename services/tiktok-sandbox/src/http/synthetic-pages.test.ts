import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Shop } from '../domain/shop.ts';
import { expectSynthetic } from '../domain/synthetic/synthetic-expected.ts';
import { PROFILES } from '../domain/synthetic/synthetic-profile.ts';
import { createSyntheticShop } from '../domain/synthetic/synthetic-shop.ts';
import { DAY_S, isoDate } from '../domain/zone-time.ts';
import { statementValue, transactionValue } from './finance-value.ts';
import { orderText } from './order-text.ts';
import { viewOrder } from './order-value.ts';

const NOW = Date.parse('2026-10-22T12:00:00Z') / 1000;

interface WireLine {
  product_id: string;
  product_name: string;
  display_status: string;
  is_gift: boolean;
  original_price: string;
  sale_price: string;
  seller_discount: string;
  platform_discount: string;
  item_tax: { tax_amount: string }[];
}
interface WireOrder {
  id: string;
  status: string;
  create_time: number;
  paid_time?: number;
  cancel_time?: number;
  request_cancel_time?: number;
  is_cod: boolean;
  is_sample_order: boolean;
  is_replacement_order: boolean;
  is_exchange_order: boolean;
  line_items: WireLine[];
  payment: Record<string, string>;
}
interface WireRow {
  type: string;
  order_id: string;
  settlement_amount: string;
  revenue_amount: string;
  shipping_cost_amount: string;
  fee_tax_amount: string;
  adjustment_amount: string;
  reserve_amount: string;
  reserve_status?: string;
  revenue_breakdown: Record<string, string>;
  shipping_cost_breakdown: { customer_paid_shipping_fee_amount: string };
  fee_tax_breakdown: { fee: Record<string, string> };
}

/** Called a million times, where "expect" would take minutes. */
function demandSame(what: string, one: number, other: number): void {
  if (one !== other) {
    throw new Error(`${what}: ${String(one)} is not ${String(other)}`);
  }
}

/** A reader of its own: it knows the pages' texts and the published meaning of their fields alone. */
class Reader {
  readonly days: Record<string, Record<string, number>> = {};
  readonly products = new Map<string, { title: string; gross: number; units: number }>();
  readonly settled: Record<string, number> = {};
  readonly fees: Record<string, number> = {};
  readonly shop: Shop;
  readonly now: number;
  readonly #seen = new Set<string>();
  readonly #digits: number;

  constructor(shop: Shop, now: number) {
    this.shop = shop;
    this.now = now;
    this.#digits = shop.facts.money.scale;
    const { orders, finance } = shop.book(now);
    for (const order of orders.filter(({ createTime }) => createTime <= now)) {
      const view = viewOrder(order, shop.facts, now);
      this.#readOrder(JSON.parse(orderText(view, 'search', undefined)) as WireOrder);
    }
    for (const statement of finance.statements.filter(({ time }) => time <= now)) {
      const value = statementValue(statement, shop.facts, now) as Record<string, string>;
      const rows = statement.rows.map(
        (row) => transactionValue(row, shop.facts, now) as unknown as WireRow,
      );
      this.#checkStatement(value, rows);
      rows.forEach((row) => {
        this.#readRow(row, statement.time);
      });
    }
  }

  minor(text = '0'): number {
    return Math.round(Number(text) * 10 ** this.#digits);
  }

  sum<T>(items: readonly T[], pick: (item: T) => string | undefined): number {
    return items.reduce((total, item) => total + this.minor(pick(item)), 0);
  }

  #add(at: number, name: string, value: number): void {
    const date = isoDate(this.shop.facts.zone.dayOf(at));
    const day = (this.days[date] ??= {});
    day[name] = (day[name] ?? 0) + value;
  }

  #readOrder(order: WireOrder): void {
    const { payment, line_items: lines } = order;
    const total = (pick: (line: WireLine) => string): number => this.sum(lines, pick);
    const tax = this.sum(
      lines.flatMap(({ item_tax: taxes }) => taxes),
      (one) => one.tax_amount,
    );
    const shipping = this.minor(payment['shipping_fee']);
    const made = {
      original_total_product_price: total((line) => line.original_price),
      seller_discount: total((line) => line.seller_discount),
      platform_discount: total((line) => line.platform_discount),
      sub_total: total((line) => line.sale_price),
      tax,
      total_amount: this.minor(payment['sub_total']) + shipping + tax,
      original_shipping_fee: shipping + this.minor(payment['shipping_fee_platform_discount']),
    };
    for (const [name, amount] of Object.entries(made)) {
      demandSame(`${order.id} ${name}`, amount, this.minor(payment[name]));
    }
    const saleAt = order.is_cod ? order.create_time : order.paid_time;
    if (
      saleAt === undefined ||
      order.is_sample_order ||
      order.is_replacement_order ||
      order.is_exchange_order
    ) {
      return;
    }
    this.#readSale(order, saleAt);
  }

  #readSale(order: WireOrder, saleAt: number): void {
    const sold = order.line_items.filter((line) => !line.is_gift);
    this.#add(
      saleAt,
      'gross_sales',
      this.sum(sold, (line) => line.original_price),
    );
    this.#add(
      saleAt,
      'seller_discount',
      this.sum(sold, (line) => line.seller_discount),
    );
    this.#add(saleAt, 'shipping_fee', this.minor(order.payment['shipping_fee']));
    this.#add(saleAt, 'orders', 1);
    this.#add(saleAt, 'units', sold.length);
    for (const { product_id: id, product_name: title, original_price: price } of sold) {
      const known = this.products.get(id) ?? { title, gross: 0, units: 0 };
      known.gross += this.minor(price);
      known.units += 1;
      this.products.set(id, known);
    }
    const gone = sold.filter((line) => line.display_status === 'CANCELLED');
    if (gone.length > 0) {
      const at = order.cancel_time ?? order.request_cancel_time ?? 0;
      const value =
        this.sum(gone, (line) => line.original_price) -
        this.sum(gone, (line) => line.seller_discount);
      this.#add(at, 'cancelled_value', value);
      this.#add(at, 'cancelled_orders', order.status === 'CANCELLED' ? 1 : 0);
    }
  }

  #checkStatement(value: Record<string, string>, rows: readonly WireRow[]): void {
    const goods = this.minor(value['net_sales_amount'] ?? value['revenue_amount']);
    const made = {
      settlement: this.sum(rows, (row) => row.settlement_amount),
      fees: this.sum(rows, (row) => row.fee_tax_amount),
      revenue:
        this.sum(rows, (row) => row.revenue_amount) +
        this.sum(rows, (row) => row.shipping_cost_amount),
    };
    demandSame('settlement', made.settlement, this.minor(value['settlement_amount']));
    demandSame('fees', made.fees, this.minor(value['fee_amount']));
    demandSame('revenue', made.revenue, goods + this.minor(value['shipping_cost_amount']));
  }

  #readRow(row: WireRow, time: number): void {
    const of = (name: string, text: string | undefined): void => {
      this.settled[name] = (this.settled[name] ?? 0) + this.minor(text);
    };
    const parts = [row.revenue_amount, row.shipping_cost_amount, row.fee_tax_amount];
    const whole = this.sum([...parts, row.adjustment_amount], (part) => part);
    demandSame(row.order_id, whole, this.minor(row.settlement_amount));
    const fees = Object.entries(row.fee_tax_breakdown.fee);
    const charged = this.sum(fees, ([, fee]) => fee);
    demandSame(row.order_id, charged, this.minor(row.fee_tax_amount));
    for (const [name, fee] of fees) {
      this.fees[name] = (this.fees[name] ?? 0) + this.minor(fee);
    }
    of('revenue', row.revenue_amount);
    of('shipping', row.shipping_cost_amount);
    of('settlement', row.settlement_amount);
    of(row.reserve_status ?? 'none', row.reserve_amount);
    const revenue = row.revenue_breakdown;
    const goods = this.sum(Object.values(revenue), (part) => part);
    demandSame(row.order_id, goods, this.minor(row.revenue_amount));
    demandSame(
      row.order_id,
      this.minor(row.shipping_cost_breakdown.customer_paid_shipping_fee_amount),
      this.minor(row.shipping_cost_amount),
    );
    const back =
      this.minor(revenue['refund_subtotal_before_discount_amount']) +
      this.minor(revenue['seller_discount_refund_amount']);
    this.#add(time, 'refunds_settled', -back);
    if (row.type === 'ORDER' && !this.#seen.has(row.order_id)) {
      this.#seen.add(row.order_id);
      this.#add(time, 'settled_orders', 1);
    }
  }
}

const withoutZeros = (figures: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(figures).filter(([, value]) => value !== 0));

describe.each(['id', 'us'] as const)('the pages of the shop "%s"', (key) => {
  it('say what its events add up to, for 50 seeds and at any time (TD26)', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 999_999_999 }),
        fc.integer({ min: 0, max: 12 * DAY_S }),
        (seed, later) => {
          const now = NOW + later;
          const shop = createSyntheticShop(PROFILES[key], {
            seed: String(seed),
            days: 4,
            seededAt: NOW,
            added: () => [],
            rates: () => [],
          });
          const told = expectSynthetic(shop.events(now), { ...shop.facts, now });
          const read = new Reader(shop, now);

          const minors = (figures: Readonly<Record<string, string | number>>) =>
            withoutZeros(
              Object.fromEntries(
                Object.entries(figures).map(([name, value]) => [
                  name,
                  typeof value === 'number' ? value : read.minor(value),
                ]),
              ),
            );
          const byDay = (
            days: Readonly<Record<string, Readonly<Record<string, string | number>>>>,
          ) =>
            Object.fromEntries(
              Object.entries(days)
                .map(([date, figures]) => [date, minors(figures)] as const)
                .filter(([, figures]) => Object.keys(figures).length > 0),
            );
          expect(
            Object.fromEntries(
              Object.entries(read.days)
                .map(([date, figures]) => [date, withoutZeros(figures)] as const)
                .filter(([, figures]) => Object.keys(figures).length > 0),
            ),
          ).toEqual(byDay(told.by_day));
          expect(
            new Map(
              told.by_product.map(({ code, title, gross_sales: gross, units }) => [
                code,
                { title, gross: read.minor(gross), units },
              ]),
            ),
          ).toEqual(read.products);
          const { fees, ...sums } = told.settled;
          expect(minors(fees)).toEqual(withoutZeros(read.fees));
          expect(minors(sums)).toEqual(
            withoutZeros({
              revenue: read.settled['revenue'] ?? 0,
              shipping: read.settled['shipping'] ?? 0,
              settlement: read.settled['settlement'] ?? 0,
              reserve_collected: -(read.settled['COLLECTED'] ?? 0),
              reserve_released: read.settled['RELEASED'] ?? 0,
            }),
          );
        },
      ),
      { numRuns: 50 },
    );
  });
});
