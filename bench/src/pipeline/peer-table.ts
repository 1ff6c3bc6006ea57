import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Clickhouse, InMessage, Lifecycled } from '@tokometrics/kit';
import { z } from 'zod';
import type { Truth } from './facts.ts';
import { figuresOf } from './place.ts';
import type { Place } from './place.ts';

/** One way of writing the stream down, small, and as its users write it. */
export interface Peer {
  readonly id: string;
  readonly what: string;
  /** One insert per record: measured over this many records only. */
  readonly atMost?: number;
  prepare(place: Place): Promise<Writer>;
}

interface Writer {
  readonly consumer: Lifecycled;
  /** What has been acknowledged and is not written yet. */
  finish(): Promise<void>;
  figures(): Promise<Truth>;
}

const COLUMNS = `shop String, order_id String, day Date, ver UInt64, status LowCardinality(String),
  is_cancelled UInt8, currency LowCardinality(String), create_time UInt32, update_time UInt32,
  total_amount Decimal(18, 4), line_id Array(String), product_id Array(String), sku_id Array(String),
  seller_sku Array(String), line_status Array(String), cancelled Array(UInt8),
  price Array(Decimal(18, 4)), sale_price Array(Decimal(18, 4)), seller_discount Array(Decimal(18, 4))`;
const SUMS = `toString(count()) AS orders, toString(sum(length(line_id))) AS units,
  toString(sum(arraySum(price))) AS gross`;

const record = z.object({
  shopkey: z.string(),
  ver: z.string(),
  data: z.looseObject({
    orderId: z.string(),
    saleDate: z.string(),
    status: z.string(),
    isCancelled: z.number(),
    currency: z.string(),
    createTime: z.number(),
    updateTime: z.number(),
    totalAmount: z.string(),
    lines: z.record(z.string(), z.array(z.unknown())),
  }),
});

export interface PeerRow {
  readonly shop: string;
  readonly order_id: string;
  readonly day: string;
  readonly ver: string;
  readonly [column: string]: unknown;
}

/** Undefined for what cannot be read: peers drop it. */
function rowOf({ value }: InMessage): PeerRow | undefined {
  const read = record.safeParse(JSON.parse(value?.toString('utf8') ?? 'null'));
  if (!read.success) {
    return undefined;
  }
  const { shopkey, ver, data } = read.data;
  const { lines } = data;
  return {
    ...{ shop: shopkey, order_id: data.orderId, day: data.saleDate, ver, status: data.status },
    ...{ is_cancelled: data.isCancelled, currency: data.currency, create_time: data.createTime },
    ...{ update_time: data.updateTime, total_amount: data.totalAmount },
    ...{ line_id: lines['lineId'], product_id: lines['productId'], sku_id: lines['skuId'] },
    ...{
      seller_sku: lines['sellerSku'],
      line_status: lines['status'],
      price: lines['originalPrice'],
    },
    ...{ cancelled: lines['cancelled'], sale_price: lines['salePrice'] },
    seller_discount: lines['sellerDiscount'],
  };
}

export const rowsOf = (messages: readonly InMessage[]): PeerRow[] =>
  messages.flatMap((message) => rowOf(message) ?? []);

export async function insert(
  { client }: Clickhouse,
  table: string,
  rows: readonly PeerRow[],
  settings = "deduplicate_insert = 'disable'",
): Promise<void> {
  if (rows.length === 0) {
    return;
  }
  const text = rows.map((row) => JSON.stringify(row)).join('\n');
  const { stream } = await client.exec({
    query: `INSERT INTO ${table} SETTINGS async_insert = 0, ${settings} FORMAT JSONEachRow`,
    values: Readable.from([Buffer.from(text)], { objectMode: false }),
  });
  // An unread reply keeps its socket.
  stream.resume();
  await finished(stream);
}

const CHUNKS = { maxRows: 50_000, maxBytes: 16 * 1024 * 1024, lingerMs: 1_500 };

export function chunksOf(
  { kafka }: Place,
  id: string,
  topic: string,
  onChunk: (rows: PeerRow[], messages: readonly InMessage[]) => Promise<void>,
): Lifecycled {
  return kafka.batchConsumer({
    group: id,
    topics: [topic],
    ...CHUNKS,
    onChunk: async (messages) => {
      await onChunk(rowsOf(messages), messages);
      return undefined;
    },
  });
}

const nothing = (): Promise<void> => Promise.resolve();
export const scan = (table: string) =>
  `SELECT shop, toString(day) AS day, ${SUMS} FROM ${table} GROUP BY shop, day`;

/** Every write goes to one table, and the figures come from one statement over it. */
export function tablePeer(
  head: Pick<Peer, 'id' | 'what' | 'atMost'>,
  how: {
    readonly engine: string;
    readonly columns?: string;
    readonly figures: string;
    readonly more?: readonly string[];
    /** Before the figures are read. */
    readonly last?: readonly string[];
    readonly consumer: (place: Place) => Pick<Writer, 'consumer'> & Partial<Writer>;
  },
): Peer {
  return {
    ...head,
    prepare: async (place) => {
      const columns = [COLUMNS, ...(how.columns === undefined ? [] : [how.columns])].join(', ');
      await place.clickhouse.command(`CREATE TABLE ${head.id} (${columns}) ${how.engine}`);
      for (const statement of how.more ?? []) {
        await place.clickhouse.command(statement);
      }
      const { consumer, finish = nothing } = how.consumer(place);
      return {
        consumer,
        finish: async () => {
          await finish();
          for (const statement of how.last ?? []) {
            await place.clickhouse.command(statement);
          }
        },
        figures: () => figuresOf(place.clickhouse, how.figures),
      };
    },
  };
}
