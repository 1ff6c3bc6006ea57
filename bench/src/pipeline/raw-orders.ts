import { createHash } from 'node:crypto';
import {
  backfillTwin,
  EVENT_NAMESPACE,
  eventName,
  HEADERS,
  isoInstant,
  rawTopic,
  rawType,
  versionOf,
} from '@tokometrics/contracts';
import type { Sealer } from '@tokometrics/erasure';
import { canonicalJson, uuidv5 } from '@tokometrics/kit';
import type { OutMessage } from '@tokometrics/kit';

export const RAW_ORDERS = backfillTwin(rawTopic('order'));

const START_S = Date.parse('2026-10-26T00:00:00Z') / 1000;
const SPAN_S = 28 * 86_400;
const EPOCH = 1;
const SEALED_AT_ONCE = 500;

/** An order of one to four units as TikTok Shop tells it, cut down to what is kept. */
function aBody(id: string, createdS: number, n: number) {
  const prices = Array.from(
    { length: 1 + (n % 4) },
    (_, line) => `${String(5 + ((n + line) % 90))}.50`,
  );
  const total = prices.reduce((sum, price) => sum + Number(price.replace('.', '')), 0);
  return {
    id,
    ...{ status: 'COMPLETED', order_type: 'NORMAL', commerce_platform: 'TIKTOK_SHOP' },
    ...{
      fulfillment_type: 'FULFILLMENT_BY_SELLER',
      shipping_type: 'SELLER',
      warehouse_id: '7068517275539719942',
    },
    ...{ create_time: createdS, paid_time: createdS, update_time: createdS + 600 },
    ...{ rts_time: createdS + 300, delivery_time: createdS + 600 },
    ...{
      is_cod: false,
      is_sample_order: false,
      is_replacement_order: false,
      is_on_hold_order: false,
    },
    line_items: prices.map((price, line) => ({
      ...{
        id: `${id}${String(line)}`,
        currency: 'GBP',
        display_status: 'COMPLETED',
        is_gift: false,
      },
      ...{ original_price: price, sale_price: price, platform_discount: '0', seller_discount: '0' },
      ...{
        product_id: `17293822569102${String(10_000 + (n % 200))}`,
        product_name: 'A thing for the house',
      },
      ...{
        seller_sku: `SKU-${String(n % 500)}`,
        sku_id: `17293822569103${String(10_000 + (n % 500))}`,
      },
      sku_name: 'Default',
    })),
    payment: {
      ...{ currency: 'GBP', original_total_product_price: (total / 100).toFixed(2) },
      ...{ sub_total: (total / 100).toFixed(2), total_amount: (total / 100).toFixed(2), tax: '0' },
    },
  };
}

/** Sealed snapshots of orders, each once, as the connector's backfill sends them. */
export async function rawOrders(
  sealer: Sealer,
  shops: readonly string[],
  { orders, seed }: { readonly orders: number; readonly seed: number },
): Promise<OutMessage[]> {
  const type = rawType('order');
  const drafts = Array.from({ length: orders }, (_, n) => {
    const shopKey = shops[n % shops.length] ?? '';
    const createdS = START_S + Math.floor((n / orders) * SPAN_S);
    const body = aBody(
      String(576_000_000_000_000_000n + BigInt(seed * 10_000_000 + n)),
      createdS,
      n,
    );
    const plaintext = Buffer.from(canonicalJson(body));
    const contentHash = createHash('sha256').update(plaintext).digest('hex');
    const ver = versionOf(body.update_time, 1);
    const name = {
      shopKey,
      epoch: EPOCH,
      entity: 'order',
      entityId: body.id,
      ver,
      contentHash,
    } as const;
    const id = uuidv5(EVENT_NAMESPACE, eventName(name));
    return {
      shopKey,
      id,
      time: isoInstant(body.update_time),
      ver,
      contentHash,
      subject: body.id,
      plaintext,
    };
  });
  const messages: OutMessage[] = [];
  for (let from = 0; from < drafts.length; from += SEALED_AT_ONCE) {
    const some = drafts.slice(from, from + SEALED_AT_ONCE);
    const sealed = await sealer.sealMany(
      some.map(({ id: ceId, shopKey, plaintext }) => ({
        context: { ceType: type, ceId, shopKey, epoch: EPOCH },
        plaintext,
      })),
    );
    some.forEach(({ shopKey, id, time, ver, contentHash, subject }, index) => {
      const envelope = {
        ...{ specversion: '1.0', id, type, source: '/connector', subject, time },
        ...{ shopkey: shopKey, epoch: EPOCH, ver, origin: 'backfill', schemaver: 1 },
        ...{ contenthash: contentHash, rev: 0, data: sealed[index] },
      };
      messages.push({
        topic: RAW_ORDERS,
        key: shopKey,
        value: Buffer.from(JSON.stringify(envelope)),
        headers: {
          ...{ [HEADERS.id]: id, [HEADERS.type]: type, [HEADERS.source]: '/connector' },
          ...{ [HEADERS.time]: time, [HEADERS.shopKey]: shopKey },
          ...{ [HEADERS.epoch]: String(EPOCH), [HEADERS.ver]: ver },
        },
      });
    });
  }
  return messages;
}
