import { accountId, HEADERS, merchantId, shopKey } from '@tokometrics/contracts';
import type {
  AccountId,
  MerchantId,
  OrderFact,
  ShopKey,
  ShopLifecycle,
} from '@tokometrics/contracts';
import { createUlid } from '@tokometrics/kit';

/** New ids at every call, so that no two tests meet in one store. */
export const aMerchantId = (): MerchantId => merchantId.parse(createUlid());
export const anAccountId = (): AccountId => accountId.parse(createUlid());
export const aShopKey = (): ShopKey => shopKey.parse(createUlid());

const INSTANT = '2026-11-23T12:00:00.000Z';

export function aShopLifecycle(change: Partial<ShopLifecycle> = {}): ShopLifecycle {
  return {
    v: 1,
    shopKey: aShopKey(),
    merchantId: aMerchantId(),
    epoch: 1,
    authKey: createUlid(),
    state: 'connected',
    region: 'GB',
    timezone: 'Europe/London',
    currency: 'GBP',
    connectedAt: INSTANT,
    at: INSTANT,
    ...change,
  };
}

/** The headers by which fences, dead letters and routers know a record's scope. */
export function scopedHeaders(scope: {
  readonly shopKey: string;
  readonly epoch?: number;
  readonly ver?: string;
  readonly type?: string;
  readonly id?: string;
}): Record<string, string> {
  return {
    [HEADERS.id]: scope.id ?? crypto.randomUUID(),
    [HEADERS.type]: scope.type ?? 'com.tokometrics.order.snapshot.v1',
    [HEADERS.source]: '/test',
    [HEADERS.time]: INSTANT,
    [HEADERS.shopKey]: scope.shopKey,
    [HEADERS.epoch]: String(scope.epoch ?? 1),
    [HEADERS.ver]: scope.ver ?? '1',
  };
}

/** One paid order of one unit at 10.00 GBP, sold at noon of 23 November 2026 in London. */
export function anOrderFact(change: Partial<OrderFact> = {}): OrderFact {
  const at = Date.parse(INSTANT) / 1000;
  return {
    orderId: '576461413038785752',
    localDate: '2026-11-23',
    createTime: at,
    updateTime: at,
    paidTime: at,
    saleDate: '2026-11-23',
    saleHour: at,
    cancelTime: null,
    cancelDate: null,
    cancelHour: null,
    rtsTime: null,
    rtsSlaTime: null,
    deliveryTime: null,
    status: 'AWAITING_SHIPMENT',
    isCancelled: 0,
    cancellationInitiator: '',
    cancelReason: '',
    fulfillmentType: 'FULFILLMENT_BY_SELLER',
    shippingType: 'TIKTOK',
    commercePlatform: 'TIKTOK_SHOP',
    warehouseId: '',
    isCod: 0,
    isSample: 0,
    isReplacement: 0,
    isExchange: 0,
    isOnHold: 0,
    currency: 'GBP',
    totalAmount: '10.00',
    subTotal: '10.00',
    originalTotalProductPrice: '10.00',
    sellerDiscount: '0',
    platformDiscount: '0',
    shippingFee: '0',
    tax: '0',
    otherAmounts: {},
    lines: {
      lineId: ['1'],
      productId: ['1729382256910270457'],
      skuId: ['1729382256910335993'],
      sellerSku: ['A-1'],
      status: ['AWAITING_SHIPMENT'],
      cancelled: [0],
      isGift: [0],
      originalPrice: ['10.00'],
      salePrice: ['10.00'],
      sellerDiscount: ['0'],
      platformDiscount: ['0'],
    },
    ...change,
  };
}
