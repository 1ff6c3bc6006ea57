import {
  addDays,
  overviewReply,
  productsReply,
  sumDecimals,
  toUnits,
} from '@tokometrics/contracts';
import type { OverviewReply } from '@tokometrics/contracts';
import type { Expected, ExpectedDay, Figures } from './expected.ts';
import type { Merchant } from './merchant.ts';

const COMPARED = [
  'gross_sales',
  'orders',
  'units',
  'cancelled_value',
  'cancelled_orders',
  'refunds_settled',
] as const;
type Compared = (typeof COMPARED)[number];

/** One line per figure that differs: empty means equal to the last digit. */
export async function differences(
  merchant: Merchant,
  shopKey: string,
  expected: Figures,
  span: { readonly from: string; readonly to: string },
): Promise<string[]> {
  const wrong: string[] = [];
  for (const metric of COMPARED) {
    const overview = await read(merchant, shopKey, metric, span);
    compareDays(metric, overview, expected, wrong);
    compareTotal(metric, overview, expected.total, wrong);
  }
  await compareProducts(merchant, shopKey, expected, span, wrong);
  return wrong;
}

function read(
  merchant: Merchant,
  shopKey: string,
  metric: Compared,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<OverviewReply> {
  const query = `shop=${shopKey}&from=${from}&to=${to}&grain=day&metric=${metric}&compare=none`;
  return merchant.get(`/metrics/overview?${query}`, overviewReply);
}

const same = (left: string, right: string): boolean => toUnits(left) === toUnits(right);

function compareDays(
  metric: Compared,
  { main }: OverviewReply,
  expected: Figures,
  wrong: string[],
): void {
  for (const point of main.current.points) {
    const wanted = String(expected.by_day[point.date]?.[metric] ?? '0');
    if (point.value === null || !same(point.value, wanted)) {
      wrong.push(`${metric} of ${point.date}: shown ${String(point.value)}, true ${wanted}`);
    }
  }
  const shown = new Set(main.current.points.map((point) => point.date));
  for (const date of Object.keys(expected.by_day)) {
    if (!shown.has(date)) {
      wrong.push(`${metric} of ${date}: not shown`);
    }
  }
  const sum = sumDecimals(main.current.points.map((point) => point.value ?? '0'));
  if (!same(sum, String(expected.total[metric]))) {
    wrong.push(`${metric}: days sum to ${sum}, true ${String(expected.total[metric])}`);
  }
}

function compareTotal(
  metric: Compared,
  { tiles }: OverviewReply,
  total: ExpectedDay,
  wrong: string[],
): void {
  const tile = tiles.find(({ value }) => value.metric === metric);
  if (tile?.value.value == null || !same(tile.value.value, String(total[metric]))) {
    wrong.push(`tile ${metric}: shown ${String(tile?.value.value)}, true ${String(total[metric])}`);
  }
}

async function compareProducts(
  merchant: Merchant,
  shopKey: string,
  expected: Figures,
  { from, to }: { readonly from: string; readonly to: string },
  wrong: string[],
): Promise<void> {
  const query = `shop=${shopKey}&from=${from}&to=${to}&metric=gross_sales&compare=none&limit=20`;
  const { items } = await merchant.get(`/metrics/products?${query}`, productsReply);
  expected.top_products.forEach((wanted, index) => {
    const row = items[index];
    const right =
      row?.value.value != null &&
      row.title === wanted.title &&
      same(row.value.value, wanted.gross_sales) &&
      same(row.units, String(wanted.units));
    if (!right) {
      wrong.push(
        `product ${String(index + 1)}: shown ${row?.title ?? 'none'} ${String(row?.value.value)}, true ${wanted.title} ${wanted.gross_sales}`,
      );
    }
  });
}

/** From the first day of sales to the day after "now": all that there is. */
export function wholeSpan(expected: Expected, now: string): { from: string; to: string } {
  return { from: expected.first_order.slice(0, 10), to: addDays(now.slice(0, 10), 1) };
}
