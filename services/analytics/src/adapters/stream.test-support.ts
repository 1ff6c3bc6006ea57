import type { InMessage } from '@tokometrics/kit';
import { between, pick } from '@tokometrics/testkit';
import type { Dice } from '@tokometrics/testkit';
import { factMessage, orderFactOf, refundFactOf } from './facts.test-support.ts';
import type { Tenant } from './facts.test-support.ts';
import type { VersionedOrder, VersionedRefund } from './oracle.test-support.ts';

export interface Stream {
  readonly orders: VersionedOrder[];
  readonly refunds: VersionedRefund[];
  readonly messages: InMessage[];
}

const iso = (s: number): string => new Date(s * 1000).toISOString();
const money = (dice: Dice, high: number): string =>
  `${String(between(dice, 1, high))}.${String(between(dice, 0, 9999)).padStart(4, '0')}`;
const DAY = 86_400;
const START = Date.parse('2026-03-10T00:00:00Z') / 1000;

/**
 * Versions of orders that lose lines, move their sale, cancel in part or whole, change their currency,
 * are found to be a replacement or an exchange; and refunds of them, which keep their currency.
 */
export function randomStream(dice: Dice, tenant: Tenant, orderCount: number): Stream {
  const orders: VersionedOrder[] = [];
  const refunds: VersionedRefund[] = [];
  for (let n = 1; n <= orderCount; n += 1) {
    const id = String(576_000_000_000_000 + n);
    const created = START + between(dice, 0, 12 * DAY);
    const currency = dice() < 0.1 ? 'USD' : 'IDR';
    const other = currency === 'USD' ? 'IDR' : 'USD';
    const cod = dice() < 0.2;
    const sample = dice() < 0.05;
    for (let seq = 1; seq <= between(dice, 1, 4); seq += 1) {
      const lines = Array.from({ length: between(dice, 1, 5) }, () => ({
        product: `P${String(between(dice, 1, 6))}`,
        sku: `S${String(between(dice, 1, 3))}`,
        price: `${String(between(dice, 0, 9999))}.${String(between(dice, 0, 99)).padStart(2, '0')}`,
        sellerDiscount: pick(dice, ['0', '0', '1.5', '20.25']),
        platformDiscount: pick(dice, ['0', '3.3333']),
        gift: dice() < 0.1,
        cancelled: dice() < 0.1,
      }));
      const paidAt = dice() < 0.15 ? null : iso(created + between(dice, 0, 2 * DAY));
      const isCancelled = dice() < 0.15;
      const fact = orderFactOf(tenant.zone, {
        id,
        createdAt: iso(created),
        paidAt,
        ...(isCancelled ? { cancelledAt: iso(created + between(dice, 0, 5 * DAY)) } : {}),
        ...{ cod, sample },
        currency: dice() < 0.1 ? other : currency,
        replacement: dice() < 0.06,
        exchange: dice() < 0.06,
        totalAmount: money(dice, 99_999),
        shippingFee: money(dice, 99),
        tax: money(dice, 999),
        lines: isCancelled ? lines.map((line) => ({ ...line, cancelled: false })) : lines,
      });
      orders.push({ seq, fact });
    }
    for (let t = 1; t <= (dice() < 0.3 ? between(dice, 1, 2) : 0); t += 1) {
      for (let seq = 1; seq <= between(dice, 1, 2); seq += 1) {
        const fact = refundFactOf(tenant.zone, {
          id: `${id}-${String(t)}`,
          statement: 'S1',
          at: iso(created + (10 + t) * DAY),
          orderId: dice() < 0.95 ? id : `9${id}`,
          orderCreatedAt: iso(created),
          refund: pick(dice, ['5', '19.99', '700', '99999.5']),
          currency,
        });
        // One transaction speaks of one order in all its versions.
        const known = refunds.find(({ fact: other }) => other.transactionId === fact.transactionId);
        refunds.push({
          seq,
          fact: known === undefined ? fact : { ...fact, orderId: known.fact.orderId },
        });
      }
    }
  }
  const messages = [
    ...orders.map(({ seq, fact }) => factMessage(tenant, 'order', fact.orderId, fact, seq)),
    ...refunds.map(({ seq, fact }) =>
      factMessage(tenant, 'transaction', fact.transactionId, fact, seq),
    ),
  ];
  return { orders, refunds, messages };
}

export function chunked<T>(dice: Dice, items: readonly T[], most: number): T[][] {
  const chunks: T[][] = [];
  for (let from = 0; from < items.length;) {
    const size = between(dice, 1, most);
    chunks.push(items.slice(from, from + size));
    from += size;
  }
  return chunks;
}
