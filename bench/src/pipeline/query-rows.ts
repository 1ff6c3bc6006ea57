import { setTimeout } from 'node:timers/promises';
import { backfillTwin, factTopic } from '@tokometrics/contracts';
import type { Clickhouse } from '@tokometrics/kit';
import { z } from 'zod';
import { rowOf } from '../report.ts';
import type { Row } from '../report.ts';
import { orderStream } from './facts.ts';
import { metricsOf, startOurSink } from './our-sink.ts';
import { workOf } from './pass.ts';
import { createPlace } from './place.ts';
import type { EngineAddresses, Place } from './place.ts';

type Say = (line: string) => void;

/** A warehouse of two years: shops, their orders, and a second version of three in five. */
const SHOPS = 500;
const ORDERS = 2_000_000;
const TIMES = 15;
const IDLE_TIMES = 60;
const LOADED_AT_ONCE = 5;
const PAUSE_MS = 30;
const TOPIC = backfillTwin(factTopic('order'));

const median = (values: readonly number[]): number => quantile(values, 0.5);
function quantile(values: readonly number[], at: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))] ?? Number.NaN;
}

const KEY = `concat('01J', leftPad(toString(number % ${String(SHOPS)}), 23, '0'))`;

/** Orders as the sink would have left them, made by the engine itself. */
async function fillWarehouse(clickhouse: Clickhouse): Promise<void> {
  for (const version of [1, 2]) {
    await clickhouse.command(
      `INSERT INTO orders (shop_key, epoch, local_date, order_id, create_time, update_time, paid_time,
         sale_date, sale_hour, status, currency, lines.line_id, lines.product_id, lines.sku_id,
         lines.seller_sku, lines.status, lines.cancelled, lines.is_gift, lines.original_price,
         lines.sale_price, lines.seller_discount, lines.platform_discount, event_id, ver)
       WITH toDate('2024-12-01') + intDiv(number * 700, ${String(ORDERS)}) AS day,
         toDateTime(day, 'UTC') + number % 86400 AS at, range(1 + number % 3) AS n
       SELECT ${KEY}, 1, day, toString(576000000000000 + number), at, at + ${String(version)}, at, day,
         toStartOfHour(at), 'COMPLETED', 'IDR', arrayMap(x -> toString(x), n),
         arrayMap(x -> toString(number % 200), n), arrayMap(x -> toString(number % 500), n),
         arrayMap(x -> 'S', n), arrayMap(x -> 'COMPLETED', n), arrayMap(x -> 0, n), arrayMap(x -> 0, n),
         arrayMap(x -> toDecimal64(10.5, 4), n), arrayMap(x -> toDecimal64(10.5, 4), n),
         arrayMap(x -> toDecimal64(0, 4), n), arrayMap(x -> toDecimal64(0, 4), n), '', ${String(version)}
       FROM numbers(${String(ORDERS)}) WHERE number % 5 < ${String(version === 1 ? 5 : 3)}`,
    );
  }
  await clickhouse.command(
    `INSERT INTO shop_daily (shop_key, epoch, local_date, event_date, currency, orders, units, gross_sales, ver)
     SELECT shop_key, epoch, local_date, assumeNotNull(sale_date), currency, count(), sum(units),
       sum(gross_sales), toDateTime64('2026-01-01 00:00:00', 6, 'UTC')
     FROM orders FINAL GROUP BY shop_key, epoch, local_date, sale_date, currency`,
  );
}

/** Of the rows: as they were written, or brought together by the store. */
type State = 'unmerged' | 'merged';

interface Tile {
  readonly id: string;
  readonly what: string;
  readonly where: string;
  /** How many times faster the rollup is to be; below 1: how much slower it may be. */
  readonly goal: Readonly<Record<State, number>>;
  /** Whether the rollup is to spare the engine most of the rows as well, not the time alone. */
  readonly looksAtFew?: boolean;
}

const ONE = "shop_key = '01J00000000000000000000007' AND epoch = 1";
const MONTH = "sale >= '2026-09-01' AND sale < '2026-10-01'";
const MONTH_DAYS = "local_date >= '2026-08-30' AND local_date < '2026-10-03'";
// The goals of what is merged are recalibrated: ADR 20.
const OF_ONE_SHOP: readonly Tile[] = [
  {
    id: 'month',
    what: 'one shop, 30 days',
    where: `${ONE} AND ${MONTH_DAYS} AND ${MONTH}`,
    goal: { unmerged: 1 / 1.6, merged: 1 / 1.6 },
  },
  {
    ...{ id: 'years', what: 'one shop, two years', where: ONE },
    goal: { unmerged: 2.5, merged: 1.6 },
    looksAtFew: true,
  },
];
const TILES: readonly Tile[] = [
  ...OF_ONE_SHOP,
  {
    ...{ id: 'all', what: 'all shops, two years', where: 'epoch = 1' },
    goal: { unmerged: 20, merged: 1.8 },
    looksAtFew: true,
  },
];

/** The rows may be read with every thread; the product reads its rollups with one. */
const ROWS = 'SETTINGS do_not_merge_across_partitions_select_final = 1';
const ROLLUP = `${ROWS}, max_threads = 1`;

const rolled = ({ where }: Tile): string =>
  `SELECT event_date AS sale, sum(orders) AS o, sum(gross_sales) AS g FROM shop_daily FINAL
   WHERE ${where} GROUP BY sale ${ROLLUP}`;
const raw = ({ where }: Tile): string =>
  `SELECT assumeNotNull(sale_date) AS sale, count() AS o, sum(gross_sales) AS g FROM orders FINAL
   WHERE ${where} GROUP BY sale ${ROWS}`;

async function ask({ client }: Clickhouse, query: string): Promise<number> {
  const startedAt = performance.now();
  await (await client.query({ query, format: 'JSONEachRow' })).text();
  return performance.now() - startedAt;
}

const estimate = z.object({ rows: z.coerce.number() });

/** How many rows a statement looks at by the engine's own plan: of every granule that its key does not rule out. */
async function rowsLookedAt(clickhouse: Clickhouse, query: string): Promise<number> {
  const parts = await clickhouse.query(`EXPLAIN ESTIMATE ${query}`, {}, estimate);
  return parts.reduce((sum, { rows }) => sum + rows, 0);
}

async function tileRows(clickhouse: Clickhouse, tile: Tile, state: State): Promise<Row[]> {
  const times: Record<'rolled' | 'raw', number[]> = { rolled: [], raw: [] };
  for (let time = 0; time < TIMES; time += 1) {
    times.rolled.push(await ask(clickhouse, rolled(tile)));
    times.raw.push(await ask(clickhouse, raw(tile)));
  }
  const faster = median(times.raw) / median(times.rolled);
  return [
    rowOf({
      id: `P4.${tile.id}.${state}`,
      what: `${tile.what}, ${state}: times faster by the rollup than by the rows themselves`,
      value: faster,
      unit: '×',
      goal: { atLeast: tile.goal[state] },
    }),
    ...(tile.looksAtFew === true ? [await lookedAtRow(clickhouse, tile, state)] : []),
  ];
}

async function lookedAtRow(clickhouse: Clickhouse, tile: Tile, state: State): Promise<Row> {
  const ofRows = await rowsLookedAt(clickhouse, raw(tile));
  return rowOf({
    id: `P4.${tile.id}.${state}.looked-at`,
    what: `${tile.what}, ${state}: rows that are looked at for the rollup`,
    value: await rowsLookedAt(clickhouse, rolled(tile)),
    unit: 'rows',
    anchor: { what: 'for the rows themselves', value: ofRows },
    goal: { atMost: Math.floor(ofRows / 30) },
  });
}

/** P4 and P5: figures from rollups beside figures from rows, and while a history is written. */
export async function queryRows(env: EngineAddresses, say: Say): Promise<Row[]> {
  const place = await createPlace(env);
  const service = await startOurSink(place);
  const { clickhouse } = place;
  await clickhouse.command('SYSTEM STOP MERGES orders');
  await fillWarehouse(clickhouse);
  say(`warehouse: ${String(ORDERS)} orders of ${String(SHOPS)} shops over 700 days`);
  const rows: Row[] = [];
  for (const tile of TILES) {
    rows.push(...(await tileRows(clickhouse, tile, 'unmerged')));
  }
  rows.push(...(await loadedRows(place, service, say)));
  await service.kill('SIGTERM');
  await clickhouse.command('SYSTEM START MERGES orders');
  await clickhouse.command('OPTIMIZE TABLE orders FINAL');
  await clickhouse.command('OPTIMIZE TABLE shop_daily FINAL');
  for (const tile of TILES) {
    rows.push(...(await tileRows(clickhouse, tile, 'merged')));
  }
  await place.stop();
  return rows;
}

type OurSink = Awaited<ReturnType<typeof startOurSink>>;

/** P5: each tile of a shop in turn, idle and from the first record of a history that is settled to the last. */
async function loadedRows(place: Place, service: OurSink, say: Say): Promise<Row[]> {
  const askAll = async (many: number): Promise<number[][]> => {
    const times: number[][] = [];
    for (const tile of OF_ONE_SHOP) {
      times.push(await repeat(() => ask(place.clickhouse, rolled(tile)), many));
    }
    return times;
  };
  const idle = await askAll(IDLE_TIMES);
  const { messages } = orderStream({ orders: 40_000, seed: 5, topic: TOPIC });
  const group = 'analytics-order-bf';
  const settledNow = async (): Promise<number> => (await workOf(metricsOf(service), group)).settled;
  const before = await settledNow();
  const writing = place.fill(messages);
  const loaded: number[][] = OF_ONE_SHOP.map(() => []);
  for (let settled = 0; settled < messages.length; settled = (await settledNow()) - before) {
    const times = await askAll(LOADED_AT_ONCE);
    times.forEach((ofTile, index) => loaded[index]?.push(...(settled === 0 ? [] : ofTile)));
  }
  await writing;
  say(`asked ${String(loaded.flat().length)} times while a history was written`);
  return OF_ONE_SHOP.map(({ id, what }, index) => {
    const idleMs = quantile(idle[index] ?? [], 0.95);
    return rowOf({
      id: `P5.${id}`,
      what: `${what}: p95 while a history is written`,
      value: quantile(loaded[index] ?? [], 0.95),
      unit: 'ms',
      anchor: { what: 'idle', value: idleMs },
      goal: { atMost: 3 * idleMs },
    });
  });
}

/** As people do, who look before they ask again. */
async function repeat(once: () => Promise<number>, many = IDLE_TIMES): Promise<number[]> {
  const times: number[] = [];
  while (times.length < many) {
    times.push(await once());
    await setTimeout(PAUSE_MS);
  }
  return times;
}
