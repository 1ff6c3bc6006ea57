import { createHash } from 'node:crypto';
import { factType, HEADERS, toUnits, versionOf } from '@tokometrics/contracts';
import type { OrderFact } from '@tokometrics/contracts';
import type { OutMessage } from '@tokometrics/kit';
import { anOrderFact, aShopKey } from '@tokometrics/testkit';

/** Sums of one shop and day of sale: orders, units and gross sales, the last in 1/10,000. */
interface DaySums {
  readonly orders: bigint;
  readonly units: bigint;
  readonly gross: bigint;
}
/** By `shop|day`. */
export type Truth = ReadonlyMap<string, DaySums>;

export interface Stream {
  readonly messages: readonly OutMessage[];
  readonly truth: Truth;
  readonly shops: readonly string[];
  /** How many of the messages are orders that may be stored: all but the poisoned. */
  readonly good: number;
}

export interface StreamOptions {
  readonly orders: number;
  readonly topic: string;
  readonly seed: number;
  /** Share of records that are repeated word by word; 0.05 unless told. */
  readonly duplicates?: number;
  /** Share of records that no sink can read. */
  readonly poison?: number;
  readonly shops?: readonly string[];
}

const DAY_S = 86_400;
const START_S = Date.parse('2026-10-26T00:00:00Z') / 1000;
const DAYS = 28;
const SHOPS = 50;
const MOST_VERSIONS = 4;
/** Records move at most that far from their place: a source is late, not random. */
const DISORDER = 500;

/** Mulberry32: a seed gives the same stream on every machine. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = Math.trunc(state + 0x6d_2b_79_f5);
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Dice = () => number;
const between = (dice: Dice, low: number, high: number): number =>
  low + Math.floor(dice() * (high - low + 1));

/** A version of an order of one to four units; later versions lose or win a unit, or are cancelled. */
function aVersion(dice: Dice, orderId: string, createdS: number, version: number): OrderFact {
  const units = between(dice, 1, 4);
  const of = <T>(make: (index: number) => T): T[] =>
    Array.from({ length: units }, (_, n) => make(n));
  const prices = of(() => `${String(between(dice, 1, 400))}.${String(between(dice, 10, 99))}`);
  const isCancelled = version > 1 && dice() < 0.1;
  const day = new Date(createdS * 1000).toISOString().slice(0, 10);
  const hour = createdS - (createdS % 3600);
  return anOrderFact({
    orderId,
    localDate: day,
    createTime: createdS,
    updateTime: createdS + version * 600,
    paidTime: createdS,
    saleDate: day,
    saleHour: hour,
    ...(isCancelled
      ? { isCancelled: 1 as const, cancelTime: createdS + 3600, cancelDate: day, cancelHour: hour }
      : {}),
    status: isCancelled ? 'CANCELLED' : 'AWAITING_SHIPMENT',
    lines: {
      lineId: of((n) => `${orderId}${String(n)}`),
      productId: of(() => `17293822569102${String(between(dice, 10_000, 10_199))}`),
      skuId: of(() => `17293822569103${String(between(dice, 10_000, 10_499))}`),
      sellerSku: of(() => `SKU-${String(between(dice, 1, 500))}`),
      status: of(() => (isCancelled ? 'CANCELLED' : 'AWAITING_SHIPMENT')),
      cancelled: of(() => (isCancelled ? (1 as const) : (0 as const))),
      isGift: of(() => 0 as const),
      originalPrice: prices,
      salePrice: prices,
      sellerDiscount: of(() => '0'),
      platformDiscount: of(() => '0'),
    },
  });
}

function messageOf(topic: string, shop: string, fact: OrderFact, seq: number): OutMessage {
  const type = factType('order');
  const ver = versionOf(fact.updateTime, seq);
  const contenthash = createHash('sha256').update(JSON.stringify(fact)).digest('hex');
  const id = `${contenthash.slice(0, 8)}-${contenthash.slice(8, 12)}-5${contenthash.slice(13, 16)}-8${contenthash.slice(17, 20)}-${contenthash.slice(20, 32)}`;
  const time = new Date(fact.updateTime * 1000).toISOString();
  const envelope = {
    ...{ specversion: '1.0', id, type, source: '/ingestion', subject: fact.orderId, time },
    ...{ shopkey: shop, epoch: 1, ver, origin: 'backfill', schemaver: 1, contenthash, rev: 0 },
    data: fact,
  };
  return {
    topic,
    key: shop,
    value: Buffer.from(JSON.stringify(envelope)),
    headers: {
      [HEADERS.id]: id,
      [HEADERS.type]: type,
      [HEADERS.source]: '/ingestion',
      [HEADERS.time]: time,
      [HEADERS.shopKey]: shop,
      [HEADERS.epoch]: '1',
      [HEADERS.ver]: ver,
    },
  };
}

/** What the newest versions add up to, with big integers and nothing of any sink. */
function truthOf(newest: Iterable<{ readonly shop: string; readonly fact: OrderFact }>): Truth {
  const truth = new Map<string, DaySums>();
  for (const { shop, fact } of newest) {
    const key = `${shop}|${String(fact.saleDate)}`;
    const sums = truth.get(key) ?? { orders: 0n, units: 0n, gross: 0n };
    truth.set(key, {
      orders: sums.orders + 1n,
      units: sums.units + BigInt(fact.lines.lineId.length),
      gross: fact.lines.originalPrice.reduce((sum, price) => sum + toUnits(price), sums.gross),
    });
  }
  return truth;
}

/** Orders of many shops in several versions, some doubled, a little out of order, a few unreadable. */
export function orderStream(options: StreamOptions): Stream {
  const { orders, topic, seed, duplicates = 0.05, poison = 0 } = options;
  const dice = seeded(seed);
  const shops = options.shops ?? Array.from({ length: SHOPS }, aShopKey);
  const newest: { shop: string; fact: OrderFact }[] = [];
  const placed: { at: number; message: OutMessage }[] = [];
  const place = (message: OutMessage): void => {
    placed.push({ at: placed.length + dice() * DISORDER, message });
  };
  let good = 0;
  for (let n = 0; n < orders; n += 1) {
    const shop = shops[n % shops.length] ?? '';
    const createdS = START_S + Math.floor((n / orders) * DAYS * DAY_S);
    const orderId = String(576_000_000_000_000 + seed * 10_000_000 + n);
    const versions = between(dice, 1, MOST_VERSIONS);
    for (let version = 1; version <= versions; version += 1) {
      const fact = aVersion(dice, orderId, createdS, version);
      const message = messageOf(topic, shop, fact, version);
      place(message);
      good += 1;
      if (dice() < duplicates) {
        place(message);
        good += 1;
      }
      if (dice() < poison) {
        place({ ...message, value: Buffer.from('{"specversion":"1.0","data":{"orderId":7}}') });
      }
      if (version === versions) {
        newest.push({ shop, fact });
      }
    }
  }
  placed.sort((one, other) => one.at - other.at);
  return { messages: placed.map(({ message }) => message), truth: truthOf(newest), shops, good };
}

/** How many days of shops a sink has wrong, of all that the truth or the sink knows. */
export function wrongDays(truth: Truth, seen: Truth): number {
  const keys = new Set([...truth.keys(), ...seen.keys()]);
  return [...keys].filter((key) => {
    const [right, shown] = [truth.get(key), seen.get(key)];
    return (
      right?.orders !== shown?.orders ||
      right?.units !== shown?.units ||
      right?.gross !== shown?.gross
    );
  }).length;
}
