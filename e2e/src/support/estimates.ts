import { fromUnits, toUnits } from '@tokometrics/contracts';
import { z } from 'zod';
import { askTables } from './clickhouse.ts';
import type { Control } from './control.ts';
import type { System } from './start-system.ts';

/** By order, what is expected on statements to come; each amount in its shortest form. */
type Estimates = Readonly<Record<string, string>>;

const shortest = (amounts: Estimates): Estimates =>
  Object.fromEntries(
    Object.entries(amounts).map(([order, amount]) => [order, fromUnits(toUnits(amount))]),
  );

/** What the sandbox's events will come to; not what it serves. */
export async function trueEstimates(control: Control, shop: 'id' | 'us'): Promise<Estimates> {
  const told = z.object({ unsettled: z.record(z.string(), z.string()) });
  return shortest(told.parse(await control.get(`/expected/${shop}`)).unsettled);
}

const row = z.object({ order_id: z.string(), amount: z.string() });

/** What stands in the tables as not settled yet, with whatever the last sweep has left behind. */
export async function keptEstimates(system: System, shopKey: string): Promise<Estimates> {
  const rows = await askTables(
    system,
    `SELECT order_id, toString(sum(est_settlement_amount)) AS amount
     FROM unsettled FINAL
     WHERE shop_key = {shop:String}
       AND ver >= (SELECT max(ver) FROM sweeps WHERE shop_key = {shop:String})
     GROUP BY order_id`,
    { shop: shopKey },
    row,
  );
  return shortest(Object.fromEntries(rows.map(({ order_id, amount }) => [order_id, amount])));
}
