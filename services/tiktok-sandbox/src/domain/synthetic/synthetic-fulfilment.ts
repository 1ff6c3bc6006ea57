import type { Fees } from '../ledger.ts';
import { shareHalfEven } from '../money.ts';
import type { OrderKind } from '../order.ts';
import { DAY_S, HOUR_S, type Zone } from '../zone-time.ts';
import type { RandomStream } from './random-stream.ts';
import type { SyntheticEvent, SyntheticItem } from './synthetic-events.ts';
import type { SyntheticProfile } from './synthetic-profile.ts';

const HOLD_S = HOUR_S;
/** Of orders of several units: in two packages, or without one unit that was cancelled alone. */
const SPLIT_SHARE = 0.08;
const DROPPED_SHARE = 0.03;

const REASONS = {
  BUYER: 'buyer_changed_mind',
  SELLER: 'out_of_stock',
  SYSTEM: 'risk_control',
} as const;

interface Drawing {
  readonly at: number;
  readonly stream: RandomStream;
  readonly parcels: RandomStream;
  readonly profile: SyntheticProfile;
  readonly zone: Zone;
}

interface Placed {
  readonly orderId: string;
  readonly kind: OrderKind;
  readonly items: readonly SyntheticItem[];
}

/** From the payment, or from a promise to pay at the door, to the money's arrival. */
export function fulfil(drawing: Drawing, placed: Placed): SyntheticEvent[] {
  const { stream, at, profile } = drawing;
  const { orderId, kind } = placed;
  const paid = kind.isCod ? at : at + stream.between(30, 1_200);
  const released = paid + HOLD_S;
  const rtsSlaTime = paid + 2 * DAY_S;
  const isLate = stream.chance(profile.lateShare);
  const readied = isLate
    ? rtsSlaTime + stream.between(1, 24) * HOUR_S
    : released + stream.between(2 * HOUR_S, 36 * HOUR_S);
  const events: SyntheticEvent[] = [
    ...(kind.isCod ? [] : [{ at: paid, orderId, kind: 'paid' } as const]),
    { at: paid, orderId, kind: 'held' },
    { at: released, orderId, kind: 'released', rtsSlaTime },
  ];
  const fate = stream.unit();
  if (fate < profile.cancelledShare) {
    const who = stream.unit();
    const by = who < 0.6 ? 'BUYER' : who < 0.9 ? 'SELLER' : 'SYSTEM';
    const cancelledAt = stream.between(paid + 600, readied - 60);
    return [
      ...events.filter((event) => event.at < cancelledAt),
      { at: cancelledAt, orderId, kind: 'cancelled', by, reason: REASONS[by] },
    ];
  }
  const single = drawSingleGoods(drawing.parcels, placed, { paid, released, readied });
  const all = [...events, ...single, ...deliver(drawing, placed, { readied, single })];
  return all.sort((a, b) => a.at - b.at);
}

/** Goods that leave before the others, or that are cancelled alone. */
function drawSingleGoods(
  parcels: RandomStream,
  { orderId, items }: Placed,
  { paid, released, readied }: { paid: number; released: number; readied: number },
): SyntheticEvent[] {
  const fate = parcels.unit();
  if (items.length < 2) {
    return [];
  }
  if (fate < SPLIT_SHARE) {
    const first = parcels.between(1, items.length - 1);
    const indexes = Array.from({ length: first }, (_, index) => index);
    const at = parcels.between(released + 600, readied - 600);
    return [{ at, orderId, kind: 'parted', items: indexes }];
  }
  const index = fate < SPLIT_SHARE + DROPPED_SHARE ? parcels.between(1, items.length - 1) : 0;
  if (index === 0 || items[index]?.isGift === true) {
    return [];
  }
  const by = parcels.chance(0.5) ? 'BUYER' : 'SELLER';
  const at = parcels.between(paid + 600, readied - 60);
  return [{ at, orderId, kind: 'dropped', items: [index], by, reason: REASONS[by] }];
}

function deliver(
  { stream, zone, profile }: Drawing,
  { orderId, kind, items }: Placed,
  { readied, single }: { readied: number; single: readonly SyntheticEvent[] },
): SyntheticEvent[] {
  const collected = readied + stream.between(2 * HOUR_S, 10 * HOUR_S);
  const delivered = collected + stream.between(DAY_S, 4 * DAY_S);
  const completed = delivered + stream.between(2 * DAY_S, 3 * DAY_S);
  const settlesOn = nextStatementDay(zone, completed);
  const dropped = single.flatMap((event) => (event.kind === 'dropped' ? event.items : []));
  const kept = items.map((_, index) => index).filter((index) => !dropped.includes(index));
  const refund = drawRefund(stream, profile.refundedShare, { items: items.length, delivered });
  const returned = (refund?.items ?? []).filter((index) => kept.includes(index));
  const keptItems = kept.flatMap((index) => items[index] ?? []);
  return [
    { at: readied, orderId, kind: 'readied' },
    { at: collected, orderId, kind: 'collected' },
    { at: delivered, orderId, kind: 'delivered' },
    ...(kind.isCod ? [{ at: delivered, orderId, kind: 'paid' } as const] : []),
    { at: completed, orderId, kind: 'completed' },
    ...(refund === undefined || returned.length === 0
      ? []
      : [
          {
            at: refund.at,
            orderId,
            kind: 'refunded',
            items: returned,
            settlesOn: Math.max(settlesOn, nextStatementDay(zone, refund.at)),
          } as const,
        ]),
    {
      at: settlesOn * DAY_S,
      orderId,
      kind: 'settled',
      day: settlesOn,
      fees: drawFees(stream, profile, keptItems),
    },
    ...drawReserve(stream, profile, { orderId, settlesOn, items: keptItems }),
  ];
}

/** A statement holds whole days, and none that is later by the shop's own calendar than its time. */
function nextStatementDay(zone: Zone, at: number): number {
  return Math.max(zone.dayOf(at), Math.floor(at / DAY_S)) + 1;
}

function drawRefund(
  stream: RandomStream,
  share: number,
  { items, delivered }: { items: number; delivered: number },
): { at: number; items: readonly number[] } | undefined {
  if (!stream.chance(share)) {
    return undefined;
  }
  const at = delivered + stream.between(6 * HOUR_S, 5 * DAY_S);
  const isPartial = stream.chance(0.5);
  return {
    at,
    items: isPartial
      ? [stream.between(0, items - 1)]
      : Array.from({ length: items }, (_, index) => index),
  };
}

function drawFees(
  stream: RandomStream,
  { fees }: SyntheticProfile,
  items: readonly SyntheticItem[],
): Fees {
  return Object.fromEntries(
    fees
      .filter(({ share }) => share === 1 || stream.chance(share))
      .map(({ name, percent }) => [name, 0 - shareOf(items, percent)]),
  );
}

function drawReserve(
  stream: RandomStream,
  { reserve }: SyntheticProfile,
  order: { orderId: string; settlesOn: number; items: readonly SyntheticItem[] },
): SyntheticEvent[] {
  const amount =
    reserve.share > 0 && stream.chance(reserve.share) ? shareOf(order.items, reserve.percent) : 0;
  return amount === 0
    ? []
    : [
        {
          at: order.settlesOn * DAY_S,
          orderId: order.orderId,
          kind: 'reserved',
          day: order.settlesOn,
          releaseDay: order.settlesOn + reserve.days,
          amount,
        },
      ];
}

/** Rounded for each item, so that every total is a sum of items. */
function shareOf(items: readonly SyntheticItem[], percent: number): number {
  return items.reduce(
    (sum, { price, sellerDiscount }) => sum + shareHalfEven(price - sellerDiscount, percent, 100),
    0,
  );
}
