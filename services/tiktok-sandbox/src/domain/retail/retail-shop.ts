import { buildFinance } from '../finance.ts';
import { orderRows, type AdjustmentRow, type AdjustmentType, type LedgerRow } from '../ledger.ts';
import { GBP_MILLS } from '../money.ts';
import type { Order } from '../order.ts';
import { cipherOf } from '../seller.ts';
import { makeBook, type Shop, type ShopFacts } from '../shop.ts';
import { compactDate, DAY_S, type Zone } from '../zone-time.ts';
import { adjustmentId, orderId, orderRowId, RETAIL_WAREHOUSE } from './retail-ids.ts';
import type { PlacedRow, RetailIntake } from './retail-intake.ts';
import { buildRetailOrders, WEEK_S, type RetailOrders } from './retail-orders.ts';
import { buildRetailProducts } from './retail-products.ts';

export interface RetailShop extends Shop {
  readonly weeks: number;
  readonly built: RetailOrders;
}

const RETAIL_ID = '7495000000000000352';

export function createRetailShop(intake: RetailIntake, weeks: number, zone: Zone): RetailShop {
  const facts: ShopFacts = {
    key: 'retail',
    id: RETAIL_ID,
    seller: 'retail',
    name: 'Online Retail (UCI 352)',
    code: 'GBUCI000352',
    region: 'GB',
    cipher: cipherOf(RETAIL_ID, 'GB'),
    money: GBP_MILLS,
    zone,
    warehouseId: RETAIL_WAREHOUSE,
    isSynthetic: false,
  };
  const built = buildRetailOrders(intake, weeks, zone);
  const rows = buildRows(intake, built, zone);
  const book = makeBook({
    orders: built.orders,
    products: buildRetailProducts(built.orders, intake.titles),
    finance: buildFinance(
      rows,
      {
        statementId: (day) => `72383520000${compactDate(day)}`,
        paymentId: (day) => `34583520000${compactDate(day)}`,
      },
      { misreported: () => 0 },
    ),
  });
  return { facts, weeks, built, book: () => book };
}

const TYPES: Readonly<Record<string, AdjustmentType>> = {
  AMAZONFEE: 'PLATFORM_COMMISSION_ADJUSTMENT',
  D: 'PROMOTION_ADJUSTMENT',
};

/** Fees and manual entries of the business: real amounts, not scaled to the orders that are kept. */
function buildRows(intake: RetailIntake, built: RetailOrders, zone: Zone): LedgerRow[] {
  const shiftS = built.weeks * WEEK_S;
  const orderById = new Map(built.orders.map((order) => [order.id, order]));
  const adjust = (row: PlacedRow, order: Order | undefined): AdjustmentRow => {
    const wall = row.wall + shiftS;
    return {
      kind: 'adjustment',
      id: adjustmentId(row.index),
      day: Math.floor(wall / DAY_S) + 1,
      type: TYPES[row.code] ?? 'OTHER_ADJUSTMENT',
      at: zone.toEpoch(wall),
      amount: row.quantity * row.mills,
      associatedOrder: order,
    };
  };
  return [
    ...built.orders.flatMap((order) => {
      const number = built.invoiceOf.get(order.id)?.number ?? '';
      return orderRows(order, (day) => orderRowId(number, day));
    }),
    ...intake.kept.flatMap((invoice) =>
      invoice.manual.map((row) => adjust(row, orderById.get(orderId(invoice.number)))),
    ),
    ...intake.shopLevel.map((row) => adjust(row, undefined)),
  ];
}
