import { localDate, shopKey } from '@tokometrics/contracts';
import { defineQuery } from '@tokometrics/kit';
import { z } from 'zod';
import { READ_SETTINGS } from './figure-columns.ts';

const warehouse = z.tuple([z.string(), z.int(), z.int()]);

/**
 * The newest row of the stock of each SKU, by SKU. By ids of SKUs, which lead the table's key: a product
 * does not, and a shop's stock is a row for each SKU and day at least.
 */
export const skuStock = defineQuery({
  name: 'sku-stock',
  params: z.strictObject({
    shopKey,
    epoch: z.int(),
    cutoff: localDate,
    skuIds: z.array(z.string()),
  }),
  row: z.object({ sku_id: z.string(), at: z.int(), stock: z.array(warehouse) }),
  sql: `
    SELECT sku_id, toUnixTimestamp(snap_hour) AS at,
      arrayZip(warehouses.warehouse_id, warehouses.available, warehouses.committed) AS stock
    FROM inventory_snapshots FINAL
    WHERE shop_key = {shopKey:FixedString(26)} AND epoch = {epoch:UInt32}
      AND sku_id IN {skuIds:Array(String)}
      AND seen_date >= {cutoff:Date}
    ORDER BY sku_id, snap_hour DESC
    LIMIT 1 BY sku_id
    ${READ_SETTINGS}`,
  mapRow: ({ sku_id, at, stock }) => ({
    skuId: sku_id,
    at,
    warehouses: stock.map(([warehouseId, available, committed]) => ({
      ...{ warehouseId, available, committed },
    })),
  }),
});
