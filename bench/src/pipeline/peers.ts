import { done } from '@tokometrics/kit';
import { z } from 'zod';
import { chunksOf, insert, rowsOf, scan, tablePeer } from './peer-table.ts';
import type { Peer, PeerRow } from './peer-table.ts';
import type { Place } from './place.ts';

const MEASURES = 'length(line_id) AS n_units, arraySum(line_original_price) AS n_gross';
const ENGINE = 'ENGINE = ReplacingMergeTree(ver) ORDER BY (shop, order_id)';

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
           argMaxState(arraySum(line_original_price), ver) AS n_gross FROM q5 GROUP BY shop, order_id`,
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
          toString(sum(sign * length(line_id))) AS units, toString(sum(sign * arraySum(line_original_price))) AS gross
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
           sum(arraySum(line_original_price)) AS n_gross FROM q8 FINAL GROUP BY shop, day`,
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
