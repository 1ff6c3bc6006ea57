import type { Product } from './catalogue.ts';
import type { Order } from './order.ts';
import type { SandboxState } from './sandbox-state.ts';
import type { Shop } from './shop.ts';
import { WEBHOOK } from './webhook-types.ts';
import { DAY_S, HOUR_S } from './zone-time.ts';

/** Something that an app is told about; `data` is JSON text because one kind carries a bare 64-bit number. */
export interface WebhookEvent {
  readonly type: number;
  readonly shopId: string;
  readonly at: number;
  readonly data: string;
}

/** No order's status moves any more when it is this old. */
const ORDER_LIFE_S = 60 * DAY_S;
const REVIEW_TAKES_S = HOUR_S;
const WARNING_S = 30 * DAY_S;

/** What happened in the shop after `from` and until `to`, in order of time. */
export function shopEvents(shop: Shop, from: number, to: number): WebhookEvent[] {
  const { orders, products } = shop.book(to);
  const shopId = shop.facts.id;
  const first = firstIndexAfter(orders, from - ORDER_LIFE_S);
  const events: WebhookEvent[] = [];
  for (let index = first; index < orders.length; index++) {
    const order = orders[index];
    if (order === undefined || order.createTime > to) {
      break;
    }
    events.push(...statusEvents(shopId, order, { from, to }));
  }
  events.push(...products.flatMap((product) => productEvents(shopId, product, { from, to })));
  return events.sort((a, b) => a.at - b.at);
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** Orders ascend by create_time. */
function firstIndexAfter(orders: readonly Order[], time: number): number {
  let low = 0;
  let high = orders.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((orders[middle]?.createTime ?? 0) <= time) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

export function statusEvents(shopId: string, order: Order, { from, to }: Span): WebhookEvent[] {
  return order.timeline.flatMap(({ at, status }, index) => {
    // Of two steps in one second only the second is ever seen.
    const isPassing = order.timeline[index + 1]?.at === at;
    return at <= from || at > to || isPassing
      ? []
      : [
          {
            type: WEBHOOK.orderStatus,
            shopId,
            at,
            data: JSON.stringify({
              is_on_hold_order: status === 'ON_HOLD',
              order_id: order.id,
              order_status: status,
              update_time: at,
            }),
          },
        ];
  });
}

function productEvents(shopId: string, product: Product, { from, to }: Span): WebhookEvent[] {
  const isIn = (at: number): boolean => at > from && at <= to;
  const events: WebhookEvent[] = [];
  if (isIn(product.createTime)) {
    events.push({
      type: WEBHOOK.productCreated,
      shopId,
      at: product.createTime,
      data: JSON.stringify({
        product_id: product.id,
        product_type: [],
        update_time: product.createTime,
      }),
    });
  }
  const reviewed = product.createTime + REVIEW_TAKES_S;
  if (isIn(reviewed)) {
    // The published sample of this one type has the id as a bare number above 2^53.
    events.push({
      type: WEBHOOK.productStatus,
      shopId,
      at: reviewed,
      data:
        `{"product_id":${product.id},"status":"PRODUCT_FIRST_PASS_REVIEW",` +
        `"suspended_reason":"","update_time":${String(reviewed)}}`,
    });
  }
  for (const { at, changedFields } of product.updates) {
    if (isIn(at) && changedFields.length > 0) {
      events.push({
        type: WEBHOOK.productChanged,
        shopId,
        at,
        data: JSON.stringify({
          product_id: product.id,
          changed_fields: changedFields,
          update_time: at,
        }),
      });
    }
  }
  return events;
}

export function deauthorizedEvent(shopId: string, at: number): WebhookEvent {
  return {
    type: WEBHOOK.deauthorized,
    shopId,
    at,
    data: JSON.stringify({
      message: `Shop_id ${shopId} is deauthorized from your APP by merchant.`,
    }),
  };
}

/** 30 days before the grant ends and then daily at 0:00, until the seller authorizes anew. */
export function expiryEvents(
  grants: SandboxState['grants'],
  shopIdsOf: (grant: SandboxState['grants'][number]) => readonly string[],
  { from, to }: Span,
): WebhookEvent[] {
  return grants.flatMap((grant) => {
    const { expiresAt } = grant.refresh;
    const isSuperseded = grants.some(
      (other) => other.seller === grant.seller && other.grantedAt > grant.grantedAt,
    );
    const starts = expiresAt - WARNING_S;
    const midnight = Math.floor(Math.min(to, expiresAt) / DAY_S) * DAY_S;
    const at = midnight > starts ? midnight : starts;
    return isSuperseded || at <= from || at > to || at >= expiresAt
      ? []
      : shopIdsOf(grant).map((shopId) => ({
          type: WEBHOOK.authorizationExpires,
          shopId,
          at,
          data: JSON.stringify({
            message: `The authorization of shop_id ${shopId} will expire soon.`,
            expiration_time: String(expiresAt),
          }),
        }));
  });
}
