import type { InventoryFact, RawInventory } from '@tokometrics/contracts';
import { Rejected } from './rejected.ts';
import { dayOf, hourOf } from './shop-zone.ts';
import type { ShopZone } from './shop-zone.ts';

/** As many as a table holds. */
const MOST = 4_294_967_295;

/** A number that is missing is not zero: nothing on hand is a figure that people act on. */
function quantityOf(count: number | undefined): number {
  if (count === undefined) {
    throw new Rejected('schema');
  }
  if (count < 0 || count > MOST) {
    throw new Rejected('range');
  }
  return count;
}

/** Where no warehouse is told, the sums stand for one without a name. */
function warehousesOf(stock: RawInventory): NonNullable<RawInventory['warehouse_inventory']> {
  const told = stock.warehouse_inventory ?? [];
  const { total_available_quantity, total_committed_quantity } = stock;
  const sums = {
    available_quantity: total_available_quantity,
    committed_quantity: total_committed_quantity,
  };
  return told.length > 0 ? told : [sums];
}

/** Stock as it was read at `seenAt` (epoch seconds): the source does not tell since when it is so. */
export function normaliseInventory(
  stock: RawInventory,
  zone: ShopZone,
  seenAt: number,
): InventoryFact {
  const warehouses = warehousesOf(stock);
  const warehouseId = warehouses.map(({ warehouse_id: id }) => id ?? '');
  if (new Set(warehouseId).size < warehouseId.length) {
    throw new Rejected('schema');
  }
  return {
    skuId: stock.id,
    productId: stock.product_id ?? '',
    snapHour: hourOf(zone, seenAt),
    seenDate: dayOf(zone, seenAt),
    warehouses: {
      warehouseId,
      available: warehouses.map(({ available_quantity: count }) => quantityOf(count)),
      committed: warehouses.map(({ committed_quantity: count }) => quantityOf(count)),
    },
  };
}
