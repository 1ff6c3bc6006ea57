import {
  factType,
  GAP_TYPE,
  HEADERS,
  localDateOf,
  localHourStart,
  MARKER_TYPE,
  versionOf,
} from '@tokometrics/contracts';
import type {
  Gap,
  InventoryFact,
  Marker,
  OrderFact,
  PaymentFact,
  ProductFact,
  Resource,
  TransactionFact,
  UnsettledFact,
} from '@tokometrics/contracts';
import { uuidv5 } from '@tokometrics/kit';
import type { InMessage } from '@tokometrics/kit';

interface Line {
  readonly product: string;
  readonly sku?: string;
  readonly price: string;
  readonly sellerDiscount?: string;
  readonly platformDiscount?: string;
  readonly gift?: boolean;
  readonly cancelled?: boolean;
}

export interface OrderSpec {
  readonly id: string;
  readonly createdAt: string;
  readonly paidAt?: string | null;
  readonly cancelledAt?: string;
  readonly cod?: boolean;
  readonly sample?: boolean;
  readonly replacement?: boolean;
  readonly exchange?: boolean;
  readonly currency?: string;
  readonly totalAmount?: string;
  readonly shippingFee?: string;
  readonly tax?: string;
  readonly lines: readonly Line[];
}

export interface Tenant {
  readonly shopKey: string;
  readonly epoch: number;
  readonly zone: string;
}

const seconds = (at: string): number => Date.parse(at) / 1000;
const NAMESPACE = 'c68b6113-bb43-5d66-896a-16e83936a106';
/** Second in which every fact here was read. */
export const FACT_SECONDS = 1_700_000_000;
let position = 0;

export function orderFactOf(zone: string, spec: OrderSpec): OrderFact {
  const created = seconds(spec.createdAt);
  const paid = spec.paidAt == null ? null : seconds(spec.paidAt);
  const sale = spec.cod === true ? created : paid;
  const someCancelled = spec.lines.some((line) => line.cancelled === true);
  const cancelled = spec.cancelledAt === undefined ? null : seconds(spec.cancelledAt);
  const gone = cancelled ?? (someCancelled ? created : null);
  const day = (at: number | null) => (at === null ? null : localDateOf(zone, at));
  const hour = (at: number | null) => (at === null ? null : localHourStart(zone, at));
  const isWhole = cancelled !== null && !someCancelled;
  return {
    orderId: spec.id,
    localDate: localDateOf(zone, created),
    createTime: created,
    updateTime: Math.max(created, paid ?? 0, cancelled ?? 0),
    paidTime: paid,
    saleDate: day(sale),
    saleHour: hour(sale),
    cancelTime: cancelled,
    cancelDate: day(gone),
    cancelHour: hour(gone),
    rtsTime: null,
    rtsSlaTime: null,
    deliveryTime: null,
    status: isWhole ? 'CANCELLED' : sale === null ? 'UNPAID' : 'COMPLETED',
    isCancelled: isWhole ? 1 : 0,
    cancellationInitiator: isWhole ? 'BUYER' : '',
    cancelReason: '',
    fulfillmentType: 'FULFILLMENT_BY_SELLER',
    shippingType: 'TIKTOK',
    commercePlatform: 'TIKTOK_SHOP',
    warehouseId: '',
    isCod: spec.cod === true ? 1 : 0,
    isSample: spec.sample === true ? 1 : 0,
    isReplacement: spec.replacement === true ? 1 : 0,
    isExchange: spec.exchange === true ? 1 : 0,
    isOnHold: 0,
    currency: spec.currency ?? 'IDR',
    // No two alike, and none like an amount of the lines: what is summed up is seen to be that column.
    totalAmount: spec.totalAmount ?? '91.01',
    subTotal: '80.02',
    originalTotalProductPrice: '85.03',
    sellerDiscount: '6.04',
    platformDiscount: '2.05',
    shippingFee: spec.shippingFee ?? '7.06',
    tax: spec.tax ?? '3.07',
    otherAmounts: { "buyer's\tfee": '1.5' },
    lines: {
      lineId: spec.lines.map((_line, index) => `${spec.id}-${String(index)}`),
      productId: spec.lines.map((line) => line.product),
      skuId: spec.lines.map((line) => line.sku ?? `${line.product}-S`),
      sellerSku: spec.lines.map(() => "it's\\odd"),
      status: spec.lines.map((line) => (line.cancelled === true ? 'CANCELLED' : 'COMPLETED')),
      cancelled: spec.lines.map((line) => (line.cancelled === true ? 1 : 0)),
      isGift: spec.lines.map((line) => (line.gift === true ? 1 : 0)),
      originalPrice: spec.lines.map((line) => line.price),
      salePrice: spec.lines.map((line) => line.price),
      sellerDiscount: spec.lines.map((line) => line.sellerDiscount ?? '0'),
      platformDiscount: spec.lines.map((line) => line.platformDiscount ?? '0'),
    },
  };
}

export interface RefundSpec {
  readonly id: string;
  readonly statement: string;
  readonly at: string;
  readonly orderId: string;
  readonly orderCreatedAt: string;
  /** Money back to the buyer, positive. */
  readonly refund: string;
  readonly currency?: string;
}

export function refundFactOf(zone: string, spec: RefundSpec): TransactionFact {
  const at = seconds(spec.at);
  return {
    statementId: spec.statement,
    transactionId: spec.id,
    localDate: localDateOf(zone, at),
    statementTime: at,
    statementHour: localHourStart(zone, at),
    orderId: spec.orderId,
    orderLocalDate: localDateOf(zone, seconds(spec.orderCreatedAt)),
    adjustmentId: '',
    type: 'ORDER',
    reserveStatus: '',
    currency: spec.currency ?? 'IDR',
    settlementAmount: '0',
    revenueAmount: '0',
    shippingCostAmount: '0',
    feeTaxAmount: '0',
    adjustmentAmount: '0',
    reserveAmount: '0',
    refundSubtotal: spec.refund.startsWith('-') ? spec.refund.slice(1) : `-${spec.refund}`,
    refundSellerDiscount: '0',
    breakdown: { 'fee.platform_commission_amount': '-1' },
  };
}

/** 87.66 USD on its way out of a shop, the rest kept back. */
export function paymentFactOf(zone: string, change: Partial<PaymentFact> = {}): PaymentFact {
  const createTime = seconds('2026-03-16T06:00:00Z');
  return {
    paymentId: '3458352000020260315',
    localDate: localDateOf(zone, createTime),
    createTime,
    paidTime: null,
    paidDate: null,
    status: 'PROCESSING',
    currency: 'USD',
    amount: '87.66',
    settlementAmount: '100.00',
    reserveAmount: '-12.34',
    beforeExchangeAmount: '87.66',
    beforeExchangeCurrency: 'USD',
    exchangeRate: '1.000000',
    ...change,
  };
}

export interface SkuSpec {
  readonly id: string;
  readonly price: string;
  readonly currency?: string;
}

/** A product as it was read at an instant. */
export function productFactOf(
  zone: string,
  at: string,
  skus: readonly SkuSpec[],
  change: Partial<ProductFact> = {},
): ProductFact {
  return {
    productId: '1729352000000000001',
    title: "A mug that's\\odd",
    status: 'ACTIVATE',
    createTime: FACT_SECONDS,
    updateTime: FACT_SECONDS,
    seenDate: localDateOf(zone, seconds(at)),
    skus: {
      skuId: skus.map(({ id }) => id),
      sellerSku: skus.map(({ id }) => `own ${id}`),
      status: skus.map(() => 'NORMAL'),
      price: skus.map(({ price }) => price),
      currency: skus.map(({ currency = 'IDR' }) => currency),
    },
    ...change,
  };
}

/** Forty of a SKU in one warehouse, three of them set aside, read at an instant. */
export function stockFactOf(
  zone: string,
  at: string,
  change: Partial<InventoryFact> = {},
): InventoryFact {
  return {
    skuId: '1729352000000000002',
    productId: '1729352000000000001',
    snapHour: localHourStart(zone, seconds(at)),
    seenDate: localDateOf(zone, seconds(at)),
    warehouses: { warehouseId: ['W1'], available: [40], committed: [3] },
    ...change,
  };
}

/** 20.10 USD that an order will settle to. */
export function estimateFactOf(
  zone: string,
  transactionId: string,
  change: Partial<UnsettledFact> = {},
): UnsettledFact {
  const orderCreateTime = seconds('2026-03-16T06:00:00Z');
  return {
    transactionId,
    localDate: localDateOf(zone, orderCreateTime),
    orderId: `of ${transactionId}`,
    adjustmentId: '',
    type: 'ORDER',
    reason: 'ORDER_NOT_COMPLETED',
    orderCreateTime,
    deliveryTime: null,
    currency: 'USD',
    estSettlementAmount: '20.10',
    estRevenueAmount: '21.00',
    estShippingCostAmount: '0',
    estFeeTaxAmount: '-0.90',
    estAdjustmentAmount: '0',
    breakdown: { 'fee.platform_commission_amount': '-0.90' },
    ...change,
  };
}

/** A fact as the sink receives it. `seq` orders the versions of one entity. */
export function factMessage(
  tenant: Tenant,
  resource: Resource,
  subject: string,
  data: object,
  seq = 1,
): InMessage {
  const ver = versionOf(FACT_SECONDS, seq);
  const text = JSON.stringify(data);
  const id = uuidv5(NAMESPACE, [tenant.shopKey, tenant.epoch, resource, subject, ver, text].join());
  const type = factType(resource);
  const envelope = {
    specversion: '1.0',
    ...{ id, type, subject, ver, data },
    source: '/ingestion',
    time: '2026-03-01T00:00:00.000Z',
    shopkey: tenant.shopKey,
    epoch: tenant.epoch,
    origin: 'backfill',
    schemaver: 1,
    contenthash: 'a'.repeat(64),
  };
  return message(tenant, `tm.fact.${resource}.v1`, type, envelope, id);
}

export function gapMessage(tenant: Tenant, gap: Partial<Gap>): InMessage {
  const whole = {
    ...{ resource: 'order', entityId: '1', ver: versionOf(FACT_SECONDS, 1) },
    ...{ from: 0, through: FACT_SECONDS },
    ...gap,
  };
  const id = `g${String(position)}`;
  return message(tenant, `tm.fact.${whole.resource}.v1`, GAP_TYPE, whole, id);
}

export function markerMessage(tenant: Tenant, marker: Partial<Marker>): InMessage {
  const whole = {
    resource: 'order',
    axis: 'create',
    from: 0,
    through: 0,
    records: 0,
    part: 0,
    parts: 1,
    ...marker,
  };
  return message(
    tenant,
    `tm.fact.${whole.resource}.v1`,
    MARKER_TYPE,
    whole,
    `m${String(position)}`,
  );
}

function message(
  tenant: Pick<Tenant, 'shopKey' | 'epoch'>,
  topic: string,
  type: string,
  body: object,
  id: string,
): InMessage {
  position += 1;
  return {
    topic,
    partition: 0,
    offset: String(position),
    key: tenant.shopKey,
    value: Buffer.from(JSON.stringify(body)),
    headers: {
      [HEADERS.id]: id,
      [HEADERS.type]: type,
      [HEADERS.shopKey]: tenant.shopKey,
      [HEADERS.epoch]: String(tenant.epoch),
    },
    timestamp: 0,
  };
}
