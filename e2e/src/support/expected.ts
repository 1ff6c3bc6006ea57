import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Control } from './control.ts';
import { dataFile } from './start-system.ts';

const day = z.object({
  gross_sales: z.string(),
  orders: z.int(),
  units: z.int(),
  cancelled_value: z.string(),
  cancelled_orders: z.int(),
  refunds_settled: z.string(),
});
export type ExpectedDay = z.infer<typeof day>;

const figures = z.object({
  total: day,
  by_month: z.record(z.string(), day),
  by_day: z.record(z.string(), day),
  top_products: z.array(
    z.object({ code: z.string(), title: z.string(), gross_sales: z.string(), units: z.int() }),
  ),
});
export type Figures = z.infer<typeof figures>;

const expected = z.object({
  first_order: z.string(),
  last_order: z.string(),
  products: z.int(),
  ...figures.shape,
});
export type Expected = z.infer<typeof expected>;

/** What the published specification of the retail shop says that a right dashboard shows. */
export function readExpected(span: 'week' | 'year'): Expected {
  return expected.parse(JSON.parse(readFileSync(dataFile(`expected-${span}.json`), 'utf8')));
}

/** What the sandbox's source says at this moment; not what it serves. */
export async function askOracle(control: Control, shop: 'id' | 'us' | 'retail'): Promise<Figures> {
  return figures.parse(await control.get(`/expected/${shop}`));
}
