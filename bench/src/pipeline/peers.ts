import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { z } from 'zod';
import { done } from '@tokometrics/kit';
import type { Clickhouse, InMessage, Lifecycled } from '@tokometrics/kit';
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
const MEASURES = 'length(line_id) AS n_units, arraySum(price) AS n_gross';
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

interface PeerRow {
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

const rowsOf = (messages: readonly InMessage[]): PeerRow[] =>
  messages.flatMap((message) => rowOf(message) ?? []);

async function insert(
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

function chunksOf(
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
const scan = (table: string) =>
  `SELECT shop, toString(day) AS day, ${SUMS} FROM ${table} GROUP BY shop, day`;
const ENGINE = 'ENGINE = ReplacingMergeTree(ver) ORDER BY (shop, order_id)';

/** Every write goes to one table, and the figures come from one statement over it. */
function tablePeer(
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

/** Writes as they come, a thousand at a time, from a list that is acknowledged at once. */
function listWriter(
  place: Place,
  id: string,
  topic: string,
  write: (rows: PeerRow[]) => Promise<void>,
) {
  const list: PeerRow[] = [];
  let writing: Promise<void> = Promise.resolve();
  const drain = async (least: number): Promise<void> => {
    while (list.length > 0 && list.length >= least) {
      await write(list.splice(0, 1_000));
    }
  };
  return {
    consumer: chunksOf(place, id, topic, (rows) => {
      list.push(...rows);
      writing = writing.then(() => drain(1_000));
      return Promise.resolve();
    }),
    finish: () => (writing = writing.then(() => drain(1))),
  };
}

const found = z.object({ order_id: z.string(), ver: z.string() });

/** Reads what is known of the entities, keeps the newer, and writes whole rows. */
async function readMergeWrite({ clickhouse }: Place, rows: readonly PeerRow[]): Promise<void> {
  const newest = new Map<string, PeerRow>();
  for (const row of rows) {
    const known = newest.get(row.order_id);
    if (known === undefined || BigInt(row.ver) > BigInt(known.ver)) {
      newest.set(row.order_id, row);
    }
  }
  const known = await clickhouse.query(
    'SELECT order_id, toString(ver) AS ver FROM q2 FINAL WHERE order_id IN {ids:Array(String)}',
    { ids: [...newest.keys()] },
    found,
  );
  for (const { order_id: id, ver } of known) {
    if (BigInt(ver) >= BigInt(newest.get(id)?.ver ?? '0')) {
      newest.delete(id);
    }
  }
  await insert(clickhouse, 'q2', [...newest.values()]);
}

/** The row before is taken back and the new one put in: the state of every order lives in this process. */
function collapsing(place: Place, topic: string) {
  const state = new Map<string, PeerRow>();
  return {
    consumer: chunksOf(place, 'q6', topic, async (rows) => {
      const out: PeerRow[] = [];
      for (const row of rows) {
        const before = state.get(row.order_id);
        if (before !== undefined && BigInt(before.ver) >= BigInt(row.ver)) {
          continue;
        }
        if (before !== undefined) {
          out.push({ ...before, sign: -1 });
        }
        out.push({ ...row, sign: 1 });
        state.set(row.order_id, row);
      }
      await insert(place.clickhouse, 'q6', out);
    }),
  };
}

/** Each event once, by its id in a store beside; then every event is summed. */
function dedupeStore(place: Place, topic: string) {
  const seen = new Set<string>();
  return {
    consumer: chunksOf(place, 'q9', topic, async (rows, messages) => {
      const ids = messages.map(({ headers }) => headers['ce_id'] ?? '');
      const fresh = rows.filter((_row, index) => {
        const id = ids[index] ?? '';
        const isNew = !seen.has(id);
        seen.add(id);
        return isNew;
      });
      await insert(place.clickhouse, 'q9', fresh);
    }),
  };
}

/** Chunks named by where they come from; the server drops a chunk whose name it has seen. */
function tokens(place: Place, topic: string) {
  return {
    consumer: chunksOf(place, 'q10', topic, async (_rows, messages) => {
      const byPartition = Map.groupBy(messages, ({ partition }) => partition);
      for (const [partition, part] of byPartition) {
        const name = `${topic}-${String(partition)}-${part[0]?.offset ?? ''}-${part.at(-1)?.offset ?? ''}`;
        await insert(
          place.clickhouse,
          'q10',
          rowsOf(part),
          `insert_deduplication_token = '${name}'`,
        );
      }
    }),
  };
}

const plain = (place: Place, id: string, topic: string) => ({
  consumer: chunksOf(place, id, topic, (rows) => insert(place.clickhouse, id, rows)),
});

const DAY = 'toString(day) AS day';

function simplePeers(topic: string): Peer[] {
  return [
    tablePeer(
      { id: 'q1', what: 'one insert per record, nothing else', atMost: 1_000 },
      {
        engine: 'ENGINE = MergeTree ORDER BY (shop, order_id)',
        figures: scan('q1'),
        consumer: (place) => ({
          consumer: place.kafka.consumer({
            group: 'q1',
            topics: [topic],
            handle: async (message) => {
              await insert(place.clickhouse, 'q1', rowsOf([message]));
              return done;
            },
          }),
        }),
      },
    ),
    tablePeer(
      { id: 'q2', what: 'read, merge, write, from a queue in memory' },
      {
        engine: ENGINE,
        figures: scan('q2 FINAL'),
        consumer: (place) => listWriter(place, 'q2', topic, (rows) => readMergeWrite(place, rows)),
      },
    ),
    tablePeer(
      { id: 'q3', what: 'a list in memory, inserts of 1,000' },
      {
        engine: 'ENGINE = MergeTree ORDER BY (shop, order_id)',
        figures: scan('q3'),
        consumer: (place) =>
          listWriter(place, 'q3', topic, (rows) => insert(place.clickhouse, 'q3', rows)),
      },
    ),
    tablePeer(
      { id: 'q4', what: 'incremental view into sums' },
      {
        engine: ENGINE,
        more: [
          `CREATE TABLE q4_sums (shop String, day Date, n_orders UInt64, n_units UInt64, n_gross Decimal(38, 4))
         ENGINE = SummingMergeTree ORDER BY (shop, day)`,
          `CREATE MATERIALIZED VIEW q4_view TO q4_sums AS
         SELECT shop, day, 1 AS n_orders, ${MEASURES} FROM q4`,
        ],
        figures: `SELECT shop, ${DAY}, toString(sum(n_orders)) AS orders, toString(sum(n_units)) AS units,
        toString(sum(n_gross)) AS gross FROM q4_sums GROUP BY shop, day`,
        consumer: (place) => plain(place, 'q4', topic),
      },
    ),
    tablePeer(
      { id: 'q5', what: 'argMax states per order, by a view' },
      {
        engine: 'ENGINE = Null',
        more: [
          `CREATE TABLE q5_state (shop String, order_id String, at AggregateFunction(argMax, Date, UInt64),
           n_units AggregateFunction(argMax, UInt64, UInt64),
           n_gross AggregateFunction(argMax, Decimal(38, 4), UInt64))
         ENGINE = AggregatingMergeTree ORDER BY (shop, order_id)`,
          `CREATE MATERIALIZED VIEW q5_view TO q5_state AS
         SELECT shop, order_id, argMaxState(day, ver) AS at, argMaxState(length(line_id), ver) AS n_units,
           argMaxState(arraySum(price), ver) AS n_gross FROM q5 GROUP BY shop, order_id`,
        ],
        figures: `SELECT shop, ${DAY}, toString(count()) AS orders, toString(sum(u)) AS units,
          toString(sum(g)) AS gross
        FROM (SELECT shop, order_id, argMaxMerge(at) AS day, argMaxMerge(n_units) AS u,
          argMaxMerge(n_gross) AS g FROM q5_state GROUP BY shop, order_id) GROUP BY shop, day`,
        consumer: (place) => plain(place, 'q5', topic),
      },
    ),
  ];
}

function carefulPeers(topic: string): Peer[] {
  return [
    tablePeer(
      { id: 'q6', what: 'rows and their counter-rows, state in the process' },
      {
        columns: 'sign Int8',
        engine: 'ENGINE = VersionedCollapsingMergeTree(sign, ver) ORDER BY (shop, order_id, ver)',
        figures: `SELECT shop, ${DAY}, toString(sum(sign)) AS orders,
          toString(sum(sign * length(line_id))) AS units, toString(sum(sign * arraySum(price))) AS gross
        FROM q6 GROUP BY shop, day`,
        consumer: (place) => collapsing(place, topic),
      },
    ),
    tablePeer(
      { id: 'q7', what: 'newest row per order, read with FINAL, no rollup' },
      {
        engine: ENGINE,
        figures: scan('q7 FINAL'),
        consumer: (place) => plain(place, 'q7', topic),
      },
    ),
    tablePeer(
      { id: 'q8', what: 'the same, and a view that is computed anew each second' },
      {
        engine: ENGINE,
        more: [
          `CREATE MATERIALIZED VIEW q8_view REFRESH EVERY 1 SECOND ENGINE = MergeTree ORDER BY (shop, day) AS
         SELECT shop, day, count() AS n_orders, sum(length(line_id)) AS n_units,
           sum(arraySum(price)) AS n_gross FROM q8 FINAL GROUP BY shop, day`,
        ],
        last: ['SYSTEM REFRESH VIEW q8_view', 'SYSTEM WAIT VIEW q8_view'],
        figures: `SELECT shop, ${DAY}, toString(n_orders) AS orders, toString(n_units) AS units,
        toString(n_gross) AS gross FROM q8_view`,
        consumer: (place) => plain(place, 'q8', topic),
      },
    ),
    tablePeer(
      { id: 'q9', what: 'each event once, by a store of ids, then all summed' },
      {
        engine: 'ENGINE = MergeTree ORDER BY (shop, order_id)',
        figures: scan('q9'),
        consumer: (place) => dedupeStore(place, topic),
      },
    ),
    tablePeer(
      { id: 'q10', what: 'chunks with names that the server remembers' },
      {
        engine: `${ENGINE} SETTINGS non_replicated_deduplication_window = 10000`,
        figures: scan('q10 FINAL'),
        consumer: (place) => tokens(place, topic),
      },
    ),
  ];
}

/** After the mechanisms that data pipelines in the open use; none of their code. */
export const peersOn = (topic: string): Peer[] => [...simplePeers(topic), ...carefulPeers(topic)];
