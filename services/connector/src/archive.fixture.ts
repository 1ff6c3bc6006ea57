import { HEADERS, MARKER_TYPE, marker, TOPIC } from '@tokometrics/contracts';
import type { Marker } from '@tokometrics/contracts';
import { createSealer, parseSealed } from '@tokometrics/erasure';
import { createClock, createUlid } from '@tokometrics/kit';
import type { InMessage } from '@tokometrics/kit';
import type { Place } from './connector.fixture.ts';

/** Every record of a topic at present. */
export async function readAll(place: Place, topic: string): Promise<InMessage[]> {
  const admin = place.kafka.admin();
  const messages: InMessage[] = [];
  await admin.start();
  await admin.readTopic(topic, (message) => {
    messages.push(message);
  });
  await admin.stop();
  return messages;
}

type Body = Record<string, unknown>;
export type LogEntry =
  | { readonly kind: 'marker'; readonly at: number; readonly marker: Marker }
  | { readonly kind: 'record'; readonly id: string; readonly ver: bigint; readonly body: Body };

interface Envelope {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly shopkey: string;
  readonly epoch: number;
  readonly ver: string;
  readonly data: unknown;
}

/** The records of one shop in the order of the log, opened with ingestion's rights. */
export async function readShop(place: Place, topic: string, shopKey: string): Promise<LogEntry[]> {
  const sealer = createSealer({ vault: place.vault, clock: createClock() });
  const messages = (await readAll(place, topic)).filter(({ key }) => key === shopKey);
  return Promise.all(
    messages.map(async (message): Promise<LogEntry> => {
      const envelope = JSON.parse(message.value?.toString('utf8') ?? '{}') as Envelope;
      if (message.headers[HEADERS.type] === MARKER_TYPE) {
        const data = marker.parse(envelope.data);
        return { kind: 'marker', at: message.timestamp, marker: data };
      }
      const sealed = parseSealed(Buffer.from(JSON.stringify(envelope.data)));
      if (sealed === undefined) {
        throw new Error('a record is not sealed');
      }
      const bytes = await sealer.open(
        {
          ceType: envelope.type,
          shopKey: envelope.shopkey,
          epoch: envelope.epoch,
          ceId: envelope.id,
        },
        sealed,
      );
      return {
        kind: 'record',
        id: envelope.subject,
        ver: BigInt(envelope.ver),
        body: JSON.parse(bytes.toString('utf8')) as Body,
      };
    }),
  );
}

export function markersOf(entries: readonly LogEntry[]): Marker[] {
  return entries.flatMap((entry) => (entry.kind === 'marker' ? [entry.marker] : []));
}

/** What is left when of each entity the highest version counts, as downstream. */
function newestOf(entries: readonly LogEntry[]): Body[] {
  const newest = new Map<string, { ver: bigint; body: Body }>();
  for (const entry of entries) {
    if (entry.kind === 'record') {
      const known = newest.get(entry.id);
      if (known === undefined || entry.ver > known.ver) {
        newest.set(entry.id, entry);
      }
    }
  }
  return [...newest.values()].map(({ body }) => body);
}

/** Sum of decimal texts in thousandths: exact, and the same whoever adds. */
function sumOf(amounts: readonly unknown[]): string {
  const mills = amounts.reduce<bigint>((sum, amount) => {
    const [, sign = '', whole = '0', part = ''] = /^(-?)(\d+)\.?(\d*)$/.exec(String(amount)) ?? [];
    const value = BigInt(whole) * 1000n + BigInt(part.padEnd(3, '0').slice(0, 3));
    return sum + (sign === '-' ? -value : value);
  }, 0n);
  const digits = (mills < 0n ? -mills : mills).toString().padStart(4, '0');
  return `${mills < 0n ? '-' : ''}${digits.slice(0, -3)}.${digits.slice(-3)}`;
}

export interface Figures {
  readonly orders: number;
  readonly units: number;
  readonly sales: string;
  readonly total: string;
  readonly cancelled: number;
  readonly products: number;
  readonly statements: number;
  readonly settled: string;
  readonly rows: number;
  readonly payments: number;
  readonly paidOut: string;
  readonly skus: number;
  readonly unsettled: number;
}

/** Figures of the week's file, as its own sums give them; nothing may be missing or double. */
export const WEEK: Figures = {
  orders: 272,
  units: 12_912,
  sales: '35744.010',
  total: '36116.070',
  cancelled: 2,
  products: 1_132,
  statements: 9,
  settled: '-18854.270',
  rows: 175,
  payments: 1,
  paidOut: '14.330',
  skus: 1_132,
  unsettled: 115,
};

/** The same figures from what the connector has written. */
export async function archived(place: Place, shopKey: string): Promise<Figures> {
  const read = async (resource: string): Promise<Body[]> => {
    const topic = `tm.raw.${resource}.v1`;
    const live = await readShop(place, topic, shopKey);
    return newestOf([...(await readShop(place, `${topic}.bf`, shopKey)), ...live]);
  };
  const [orders, products, statements, rows, payments, stock, unsettled] = await Promise.all([
    read('order'),
    read('product'),
    read('statement'),
    read('transaction'),
    read('payment'),
    read('inventory'),
    read('unsettled'),
  ]);
  const payment = (key: string): unknown[] =>
    orders.map((order) => (order['payment'] as Body)[key]);
  return {
    orders: orders.length,
    units: orders.reduce<number>(
      (sum, order) => sum + (order['line_items'] as unknown[]).length,
      0,
    ),
    sales: sumOf(payment('sub_total')),
    total: sumOf(payment('total_amount')),
    cancelled: orders.filter(({ status }) => status === 'CANCELLED').length,
    products: products.length,
    statements: statements.length,
    settled: sumOf(statements.map((statement) => statement['settlement_amount'])),
    rows: rows.length,
    payments: payments.length,
    paidOut: sumOf(payments.map(({ amount }) => (amount as Body)['value'])),
    skus: stock.length,
    unsettled: unsettled.length,
  };
}

export async function lifecycleOf(place: Place, shopKey: string): Promise<string[]> {
  const records = await readAll(place, TOPIC.shopLifecycle);
  return records
    .filter(({ key }) => key === shopKey)
    .map(({ value }) => {
      const record = JSON.parse(value?.toString('utf8') ?? '{}') as {
        state: string;
        epoch: number;
      };
      return `${record.state}@${String(record.epoch)}`;
    });
}

/** What privacy writes when a shop is disconnected; answers with the id of the request. */
export async function putFence(
  place: Place,
  shopKey: string,
  wish: { readonly endGrant?: boolean } = {},
): Promise<string> {
  const requestId = createUlid();
  const scope = `shop:${shopKey}`;
  const producer = place.kafka.producer();
  await producer.start();
  const value = {
    ...{ v: 1, scope, erasedThroughEpoch: 1, ledgerSeq: 1, requestId, ...wish },
    at: new Date().toISOString(),
  };
  await producer.send([
    { topic: TOPIC.fence, key: scope, value: Buffer.from(JSON.stringify(value)), headers: {} },
  ]);
  await producer.stop();
  return requestId;
}

/** What the instances answered to a fence about the grant at TikTok Shop. */
export async function grantEndsOf(place: Place, requestId: string): Promise<string[]> {
  const acks = await readAll(place, TOPIC.ack);
  return acks.flatMap(({ value }) => {
    const ack = JSON.parse(value?.toString('utf8') ?? '{}') as {
      requestId: string;
      grantEnd?: string;
    };
    return ack.requestId === requestId && ack.grantEnd !== undefined ? [ack.grantEnd] : [];
  });
}

/** Mails that were asked for, as `template to merchant`, in order. */
export async function mailsOf(place: Place): Promise<string[]> {
  const mails = await readAll(place, TOPIC.mailRequested);
  return mails.map(({ value }) => {
    const mail = JSON.parse(value?.toString('utf8') ?? '{}') as Record<string, string>;
    return `${mail['template'] ?? ''} to ${mail['merchantId'] ?? ''}`;
  });
}
