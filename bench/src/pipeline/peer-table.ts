import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { orderFact, orderLines } from '@tokometrics/contracts';
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

/** All that an order's fact says, as our own table keeps it: every figure opens the rows that make it. */
const COLUMNS = `shop String, order_id String, day Date, ver UInt64, local_date Date,
  create_time DateTime, update_time DateTime, paid_time Nullable(DateTime),
  sale_hour Nullable(DateTime), cancel_time Nullable(DateTime), cancel_date Nullable(Date),
  cancel_hour Nullable(DateTime), rts_time Nullable(DateTime), rts_sla_time Nullable(DateTime),
  delivery_time Nullable(DateTime), status LowCardinality(String), is_cancelled UInt8,
  cancellation_initiator LowCardinality(String), cancel_reason LowCardinality(String),
  fulfillment_type LowCardinality(String), shipping_type LowCardinality(String),
  commerce_platform LowCardinality(String), warehouse_id String, is_cod UInt8, is_sample UInt8,
  is_replacement UInt8, is_exchange UInt8, is_on_hold UInt8, currency LowCardinality(String),
  total_amount Decimal(18, 4), sub_total Decimal(18, 4),
  original_total_product_price Decimal(18, 4), seller_discount Decimal(18, 4),
  platform_discount Decimal(18, 4), shipping_fee Decimal(18, 4), tax Decimal(18, 4),
  other_amounts Map(LowCardinality(String), Decimal(18, 4)),
  line_id Array(String), line_product_id Array(String), line_sku_id Array(String),
  line_seller_sku Array(String), line_status Array(LowCardinality(String)),
  line_cancelled Array(UInt8), line_is_gift Array(UInt8), line_original_price Array(Decimal(18, 4)),
  line_sale_price Array(Decimal(18, 4)), line_seller_discount Array(Decimal(18, 4)),
  line_platform_discount Array(Decimal(18, 4))`;
const SUMS = `toString(count()) AS orders, toString(sum(length(line_id))) AS units,
  toString(sum(arraySum(line_original_price))) AS gross`;

const record = z.object({
  shopkey: z.string(),
  ver: z.string(),
  data: z.looseObject({
    orderId: z.string(),
    saleDate: z.string(),
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

const snake = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const FIELDS = Object.keys(orderFact.shape)
  .filter((name) => !['orderId', 'saleDate', 'lines'].includes(name))
  .map((name) => [name, snake(name)] as const);
const LINE_FIELDS = Object.keys(orderLines.shape).map(
  (name) => [name, name === 'lineId' ? 'line_id' : `line_${snake(name)}`] as const,
);

/** Undefined for what cannot be read: peers drop it. */
function rowOf({ value }: InMessage): PeerRow | undefined {
  const read = record.safeParse(JSON.parse(value?.toString('utf8') ?? 'null'));
  if (!read.success) {
    return undefined;
  }
  const { shopkey, ver, data } = read.data;
  const row: Record<string, unknown> & PeerRow = {
    ...{ shop: shopkey, order_id: data.orderId, day: data.saleDate, ver },
  };
  for (const [name, column] of FIELDS) {
    row[column] = data[name];
  }
  for (const [name, column] of LINE_FIELDS) {
    row[column] = data.lines[name];
  }
  return row;
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
