import { z } from 'zod';
import { askTables } from './clickhouse.ts';
import type { Control } from './control.ts';
import type { System } from './start-system.ts';

const stock = z.record(
  z.string(),
  z.object({ available: z.coerce.number(), committed: z.coerce.number() }),
);
export type Stock = z.output<typeof stock>;

/** What the sandbox's events leave on hand at this moment; not what it serves. */
export async function trueStock(control: Control, shop: 'id' | 'us'): Promise<Stock> {
  return z.object({ stock }).parse(await control.get(`/expected/${shop}`)).stock;
}

const row = z.object({ sku_id: z.string(), available: z.string(), committed: z.string() });

/** What was read last of every SKU. */
export async function keptStock(system: System, shopKey: string): Promise<Stock> {
  const rows = await askTables(
    system,
    `SELECT sku_id, toString(argMax(arraySum(warehouses.available), snap_hour)) AS available,
       toString(argMax(arraySum(warehouses.committed), snap_hour)) AS committed
     FROM inventory_snapshots FINAL WHERE shop_key = {shop:String}
     GROUP BY sku_id ORDER BY sku_id`,
    { shop: shopKey },
    row,
  );
  return stock.parse(Object.fromEntries(rows.map(({ sku_id, ...counts }) => [sku_id, counts])));
}
