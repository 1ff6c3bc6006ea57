import type { Resource } from '@tokometrics/contracts';
import type { Fact } from './normalise.ts';

const STATES = [
  ...['UNPAID', 'AWAITING_SHIPMENT', 'AWAITING_COLLECTION', 'IN_TRANSIT', 'DELIVERED'],
  ...['COMPLETED', 'CANCELLED'],
];

/*
 * What TikTok Shop documents, by the fact's field. A value beside it is kept as text like any other; that
 * it came is counted, since a rule of ours (what is cancelled, what is a sale) may not know of it.
 */
const KNOWN: Readonly<Partial<Record<Resource, Readonly<Record<string, ReadonlySet<string>>>>>> = {
  order: {
    status: new Set([...STATES, 'ON_HOLD', 'PARTIALLY_SHIPPING']),
    'lines.status': new Set([...STATES, 'TO_SHIP']),
    cancellationInitiator: new Set(['SELLER', 'BUYER', 'SYSTEM']),
    fulfillmentType: new Set([
      ...['FULFILLMENT_BY_SELLER', 'FULFILLMENT_BY_TIKTOK', 'FULFILLMENT_BY_DILAYANI_TOKOPEDIA'],
    ]),
    shippingType: new Set(['TIKTOK', 'SELLER']),
    commercePlatform: new Set(['TIKTOK_SHOP', 'TOKOPEDIA']),
  },
  product: {
    status: new Set([
      ...['DRAFT', 'PENDING', 'FAILED', 'ACTIVATE', 'SELLER_DEACTIVATED', 'PLATFORM_DEACTIVATED'],
      ...['FREEZE', 'DELETED'],
    ]),
    'skus.status': new Set(['NORMAL', 'DEACTIVATED']),
  },
  statement: { paymentStatus: new Set(['PAID', 'FAILED', 'PROCESSING']) },
  transaction: {
    type: new Set([
      ...['ORDER', 'RESERVE', 'CHARGE_BACK', 'CUSTOMER_SERVICE_COMPENSATION', 'REBATE'],
      ...['DEDUCTIONS_INCURRED_BY_SELLER', 'GMV_PAYMENT_FOR_ADS', 'PLATFORM_COMMISSION_ADJUSTMENT'],
      ...['PLATFORM_COMMISSION_COMPENSATION', 'PLATFORM_PENALTY', 'PROMOTION_ADJUSTMENT'],
      ...['PLATFORM_COMPENSATION', 'PLATFORM_REIMBURSEMENT', 'COFUNDED_CREATOR_REWARDS'],
      ...['FBT_WAREHOUSE_SERVICE_FEE', 'LOGISTICS_REIMBURSEMENT', 'SHIPPING_FEE_ADJUSTMENT'],
      ...['SHIPPING_FEE_COMPENSATION', 'SHIPPING_FEE_REBATE', 'SAMPLE_SHIPPING_FEE'],
      ...['SELLER_MISSION_REWARD', 'OTHER_ADJUSTMENT'],
    ]),
    reserveStatus: new Set(['COLLECTED', 'RELEASED']),
  },
};

/** What the normalisers write where the source says nothing. */
const SAYS_NOTHING: ReadonlySet<string> = new Set(['', 'UNKNOWN']);

/** Fields of a fact that hold a value which is not documented, each once; never the value itself. */
export function fieldsOfUnknownValue(resource: Resource, fact: Fact): string[] {
  return Object.entries(KNOWN[resource] ?? {})
    .filter(([path, known]) =>
      textsAt(fact, path.split('.')).some((text) => !known.has(text) && !SAYS_NOTHING.has(text)),
    )
    .map(([path]) => path);
}

function textsAt(value: unknown, [name, ...rest]: readonly string[]): string[] {
  if (name === undefined) {
    return [value].flat().filter((text) => typeof text === 'string');
  }
  return typeof value === 'object' && value !== null ? textsAt(Reflect.get(value, name), rest) : [];
}
