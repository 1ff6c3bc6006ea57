import { fnv1a32 } from '../hash.ts';
import type { Order, OrderLine, Refund, StatusChange } from '../order.ts';
import { DAY_S, HOUR_S, type Zone } from '../zone-time.ts';
import { regionCodeOf } from '../region-codes.ts';
import type { PlacedRow, RetailIntake, RetailInvoice } from './retail-intake.ts';
import { orderId, productIds, unitIdPrefix } from './retail-ids.ts';
import { linkCancellations, type RetailLink } from './retail-links.ts';
import { RetailFileError } from './retail-row.ts';

export const WEEK_S = 7 * DAY_S;
const SETTLES_AFTER_DAYS = 10;
const COMPLETES_AFTER_S = 3 * DAY_S;
const LATEST_CANCEL_S = DAY_S;

export interface RetailOrders {
  readonly weeks: number;
  readonly orders: readonly Order[];
  readonly invoiceOf: ReadonlyMap<string, RetailInvoice>;
  readonly links: readonly RetailLink[];
  readonly unlinked: number;
}

/** The largest whole number of weeks that leaves the last order at or before "now" in wall time. */
export function weeksToShift(kept: readonly RetailInvoice[], now: number, zone: Zone): number {
  let last = Number.NEGATIVE_INFINITY;
  for (const { wall } of kept) {
    last = Math.max(last, wall);
  }
  if (!Number.isFinite(last)) {
    throw new RetailFileError('empty', 'no invoice has 1 to 100 units of goods');
  }
  return Math.floor((zone.toWall(now) - last) / WEEK_S);
}

export function buildRetailOrders(intake: RetailIntake, weeks: number, zone: Zone): RetailOrders {
  const { links, unlinked } = linkCancellations(intake.kept, intake.cancellations);
  const linksOf = new Map<RetailInvoice, RetailLink[]>();
  for (const link of links) {
    linksOf.set(link.invoice, [...(linksOf.get(link.invoice) ?? []), link]);
  }
  const shiftS = weeks * WEEK_S;
  const invoiceOf = new Map<string, RetailInvoice>();
  const orders = intake.kept.map((invoice) => {
    if (!/^\d{1,6}$/.test(invoice.number)) {
      const row = invoice.goods[0]?.index ?? 0;
      throw new RetailFileError('row', 'an order needs a number of up to six digits', {
        row: row + 2,
        column: 'InvoiceNo',
      });
    }
    const order = buildOrder(invoice, linksOf.get(invoice) ?? [], { shiftS, zone });
    invoiceOf.set(order.id, invoice);
    return order;
  });
  orders.sort((a, b) => a.createTime - b.createTime || (a.id < b.id ? -1 : 1));
  return { weeks, orders, invoiceOf, links, unlinked };
}

interface Placing {
  readonly shiftS: number;
  readonly zone: Zone;
}

function buildOrder(
  invoice: RetailInvoice,
  links: readonly RetailLink[],
  { shiftS, zone }: Placing,
): Order {
  const id = orderId(invoice.number);
  const toEpoch = (wall: number): number => zone.toEpoch(wall + shiftS);
  const createTime = toEpoch(invoice.wall);
  const lines = new Map(invoice.goods.map((row) => [row, buildLine(invoice, row)]));
  const lastLink = Math.max(...links.map(({ cancellation }) => cancellation.wall));
  const isCancelled =
    links.length > 0 &&
    links.reduce((sum, { quantity }) => sum + quantity, 0) === invoice.units &&
    lastLink - invoice.wall <= LATEST_CANCEL_S;

  const settlesOn = Math.floor((invoice.wall + shiftS) / DAY_S) + SETTLES_AFTER_DAYS;
  const refunds = links.flatMap((link): Refund[] => {
    const line = lines.get(link.sale);
    const wall = link.cancellation.wall + shiftS;
    return line === undefined
      ? []
      : [
          {
            at: zone.toEpoch(wall),
            settlesOn: Math.max(settlesOn, Math.floor(wall / DAY_S) + 1),
            line,
            quantity: link.quantity,
            amount: link.quantity * link.sale.mills,
            sellerDiscountBack: 0,
            platformDiscountBack: 0,
            taxBack: 0,
          },
        ];
  });
  const cancellation = isCancelled
    ? ({ at: toEpoch(lastLink), by: 'BUYER', reason: 'buyer_cancel' } as const)
    : undefined;
  const steps = timelineOf(id, createTime);
  const timeline =
    cancellation === undefined ? steps.timeline : cutAt(steps.timeline, cancellation.at);
  return {
    id,
    createTime,
    paidTime: createTime,
    rtsSlaTime: createTime + 2 * DAY_S,
    rtsTime: steps.rts,
    firstParcelTime: undefined,
    collectionTime: steps.collection,
    deliveryTime: steps.delivery,
    lines: [...lines.values()],
    units: invoice.units,
    shippingFee: invoice.shipping.reduce((sum, { quantity, mills }) => sum + quantity * mills, 0),
    shippingPlatformDiscount: 0,
    buyer: buyerOf(invoice),
    kind: RETAIL_KIND,
    timeline,
    cancellation,
    refunds,
    touches: [...timeline.map(({ at }) => at), ...refunds.map(({ at }) => at)].sort(
      (a, b) => a - b,
    ),
    settlesOn,
  };
}

const RETAIL_KIND = {
  isCod: false,
  isSample: false,
  isReplacement: false,
  isExchange: false,
  shippingType: 'SELLER',
  commercePlatform: undefined,
} as const;

function buildLine(invoice: RetailInvoice, row: PlacedRow): OrderLine {
  return {
    ...productIds(row.code),
    unitIdPrefix: unitIdPrefix(invoice.number, row.lineIndex),
    quantity: row.quantity,
    sellerSku: row.printedCode,
    productName: row.title,
    skuName: 'Default',
    originalPrice: row.mills,
    sellerDiscount: 0,
    platformDiscount: 0,
    tax: 0,
    taxRate: 0,
    isGift: false,
    parcel: 0,
    cancellation: undefined,
  };
}

interface Steps {
  readonly rts: number;
  readonly collection: number;
  readonly delivery: number;
  readonly timeline: StatusChange[];
}

function timelineOf(id: string, createTime: number): Steps {
  const rts = createTime + DAY_S;
  const collection = rts + 4 * HOUR_S;
  const delivery = createTime + 3 * DAY_S + (fnv1a32(id) % (3 * DAY_S));
  return {
    rts,
    collection,
    delivery,
    timeline: [
      { at: createTime, status: 'AWAITING_SHIPMENT' },
      { at: rts, status: 'AWAITING_COLLECTION' },
      { at: collection, status: 'IN_TRANSIT' },
      { at: delivery, status: 'DELIVERED' },
      { at: delivery + COMPLETES_AFTER_S, status: 'COMPLETED' },
    ],
  };
}

function cutAt(timeline: readonly StatusChange[], at: number): StatusChange[] {
  return [...timeline.filter((change) => change.at < at), { at, status: 'CANCELLED' }];
}

function buyerOf(invoice: RetailInvoice): Order['buyer'] {
  const isGuest = invoice.customer === '';
  return {
    number: isGuest ? invoice.number : invoice.customer,
    tag: isGuest ? 'G' : 'Q',
    regionCode: regionCodeOf(invoice.country),
    isMasked: invoice.country !== 'United Kingdom',
  };
}
