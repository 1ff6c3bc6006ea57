import type { Connection } from './connection.ts';
import { isJson } from './pick-fields.ts';
import type { Json } from './pick-fields.ts';

/** What is kept of a notice: which entity to read again, never its content. */
export interface InboxNotice {
  readonly shopKey: string;
  readonly epoch: number;
  readonly type: number;
  readonly orderId: string | null;
  readonly receivedAt: Date;
}

export type WebhookVerdict =
  | { readonly kind: 'late' }
  /** Signed, yet of a type that is not ours or with a body that does not fit its type. */
  | { readonly kind: 'unusable'; readonly why: 'type' | 'shape' }
  | { readonly kind: 'unknown_shop' }
  | { readonly kind: 'before_connection' }
  | { readonly kind: 'notice'; readonly id: string; readonly notice: InboxNotice };

const HOUR_S = 3_600;
const BACK_S = 24 * HOUR_S;
const AHEAD_S = 300;

export const ORDER_STATUS_CHANGE = 1;
export const SELLER_DEAUTHORIZATION = 6;
export const PRODUCT_TYPES: ReadonlySet<number> = new Set([5, 15, 16]);
const SUBSCRIBED = new Set([ORDER_STATUS_CHANGE, SELLER_DEAUTHORIZATION, 7, ...PRODUCT_TYPES]);
const ORDER_ID = /^\d{15,20}$/;

export interface AcceptDeps {
  readonly findConnections: (shopId: string) => Promise<readonly Connection[]>;
  readonly now: () => Date;
}

/** The signature was right; now: is it recent, of a known kind, of a shop that is connected? */
export async function judgeWebhook(
  deps: AcceptDeps,
  body: unknown,
  bodyHash: string,
): Promise<WebhookVerdict[]> {
  const now = deps.now();
  const timestamp = isJson(body) ? body['timestamp'] : undefined;
  if (!isJson(body) || !isRecent(timestamp, now)) {
    return [{ kind: 'late' }];
  }
  const { type, shop_id: shopId, data } = body;
  if (typeof type !== 'number' || !SUBSCRIBED.has(type)) {
    return [{ kind: 'unusable', why: 'type' }];
  }
  if (typeof shopId !== 'string' || !isJson(data) || !fits(type, data)) {
    return [{ kind: 'unusable', why: 'shape' }];
  }
  const open = (await deps.findConnections(shopId)).filter(({ state }) => state === 'open');
  if (open.length === 0) {
    return [{ kind: 'unknown_shop' }];
  }
  const givenId = body['tts_notification_id'];
  const id = typeof givenId === 'string' && givenId !== '' ? givenId.slice(0, 64) : bodyHash;
  const orderId = data['order_id'];
  return open.map((connection) => {
    // A deauthorization of an epoch that is over must not speak of the present one.
    const isOld = type === SELLER_DEAUTHORIZATION && timestamp < seconds(connection.connectedAt);
    return isOld
      ? { kind: 'before_connection' }
      : {
          kind: 'notice',
          // Two merchants may have connected one shop: each gets a row of its own.
          id: `${connection.shopKey}:${connection.epoch}:${id}`,
          notice: {
            shopKey: connection.shopKey,
            epoch: connection.epoch,
            type,
            orderId: typeof orderId === 'string' ? orderId : null,
            receivedAt: now,
          },
        };
  });
}

function seconds(instant: Date): number {
  return Math.floor(instant.getTime() / 1000);
}

/** Retries of the platform span 15.5 hours; nothing that is older or from the future is believed. */
function isRecent(timestamp: unknown, now: Date): timestamp is number {
  if (typeof timestamp !== 'number' || !Number.isSafeInteger(timestamp)) {
    return false;
  }
  const age = seconds(now) - timestamp;
  return age <= BACK_S && age >= -AHEAD_S;
}

function fits(type: number, data: Json): boolean {
  if (type === ORDER_STATUS_CHANGE) {
    return typeof data['order_id'] === 'string' && ORDER_ID.test(data['order_id']);
  }
  if (PRODUCT_TYPES.has(type)) {
    // One official sample holds a bare number; read losslessly it is the text of its digits.
    return ORDER_ID.test(String(data['product_id']));
  }
  return typeof data['message'] === 'string';
}
