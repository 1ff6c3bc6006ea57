import { setTimeout } from 'node:timers/promises';
import { backfillTwin, factTopic } from '@tokometrics/contracts';
import { startFaultProxy } from '@tokometrics/testkit';
import { z } from 'zod';
import { rowOf } from '../report.ts';
import type { Row } from '../report.ts';
import { orderStream, wrongDays } from './facts.ts';
import { metricsOf, ourFigures, passOver, startOurSink } from './our-sink.ts';
import { workOf } from './pass.ts';
import { createPlace } from './place.ts';
import type { EngineAddresses, Place } from './place.ts';

type Say = (line: string) => void;

const LIVE = factTopic('order');
const BACKFILL = backfillTwin(LIVE);
const GROUP = 'analytics-order-bf';
const MARKS = 40;
const LINGER_MS = 500;
const HEARTBEAT_MS = 3_000;
/** Of one consumer, by its own settings: two chunks in hand and one being prepared. */
const IN_FLIGHT = 150_000;

const counted = z.object({ n: z.string() });

async function countIn({ clickhouse }: Place, sql: string): Promise<number> {
  const [row] = await clickhouse.query(sql, {}, counted);
  return Number(row?.n ?? 0);
}

/** P6: from the log's acknowledgement of an order to its being in the rollup. */
export async function freshnessRows(env: EngineAddresses): Promise<Row[]> {
  const place = await createPlace(env);
  const service = await startOurSink(place, { LIVE_LINGER_MS: String(LINGER_MS) });
  const times: number[] = [];
  for (let mark = 0; mark < MARKS; mark += 1) {
    const { messages } = orderStream({ orders: 1, topic: LIVE, seed: 1_000 + mark, duplicates: 0 });
    await place.fill(messages.slice(-1));
    const acknowledgedAt = performance.now();
    while (
      (await countIn(place, 'SELECT toString(sum(orders)) AS n FROM shop_daily FINAL')) <= mark
    ) {
      await setTimeout(10);
    }
    times.push(performance.now() - acknowledgedAt);
  }
  await service.kill('SIGTERM');
  await place.stop();
  const sorted = times.toSorted((a, b) => a - b);
  return [
    rowOf({
      id: 'P6',
      what: 'acknowledged by Kafka → in the rollup, p95 of single orders',
      value: sorted[Math.floor(sorted.length * 0.95)] ?? Number.NaN,
      unit: 'ms',
      anchor: { what: 'how long a live chunk waits for more', value: LINGER_MS },
      goal: { atMost: 2 * LINGER_MS },
    }),
  ];
}

/** Enough that all buffers are full: with fewer records one would measure that they are not. */
const MEMORY_ORDERS = 25_000;

/** P9: ten times the records, and an engine that answers late. */
export async function memoryRows(env: EngineAddresses, say: Say): Promise<Row[]> {
  const place = await createPlace(env);
  const proxy = await startFaultProxy({ port: Number(new URL(env.CLICKHOUSE_URL).port) });
  const service = await startOurSink(place, {
    CLICKHOUSE_URL: `http://${proxy.host}:${String(proxy.port)}`,
  });
  const peakOver = async (times: number, seed: number): Promise<number> => {
    const { peakMb } = await passOver(service, GROUP, async () => {
      let records = 0;
      for (let part = 0; part < times; part += 1) {
        const { messages } = orderStream({
          ...{ orders: MEMORY_ORDERS, topic: BACKFILL, seed: 100 * seed + part },
        });
        await place.fill(messages);
        records += messages.length;
      }
      return records;
    });
    return peakMb;
  };
  await peakOver(1, 1);
  const few = await peakOver(1, 2);
  const many = await peakOver(10, 3);
  proxy.setLatency(200);
  const slow = await peakOver(1, 4);
  say(
    `resident at most: ${few.toFixed(0)}, ${many.toFixed(0)}, behind a slow engine ${slow.toFixed(0)} MB`,
  );
  await service.kill('SIGTERM');
  await proxy.stop();
  await place.stop();
  return [
    rowOf({
      id: 'P9',
      what: 'ten times the records: resident memory at its highest',
      value: many,
      unit: 'MB',
      anchor: { what: 'for a tenth of them', value: few },
      goal: { atMost: Math.floor(few * 1.15) },
    }),
    rowOf({
      id: 'P9.slow',
      what: 'an engine that answers 400 ms late: resident memory at its highest',
      value: slow,
      unit: 'MB',
      anchor: { what: 'for a tenth of the records', value: few },
      goal: { atMost: Math.floor(few * 1.15) },
    }),
  ];
}

/** P10: a second sink comes and goes while a history is written. */
export async function rebalanceRows(
  env: EngineAddresses,
  say: Say,
  orders: number,
): Promise<Row[]> {
  const place = await createPlace(env);
  const steady = await startOurSink(place);
  // Each row as it was written: two members may write a chunk of the same bounds.
  await place.clickhouse.command('SYSTEM STOP MERGES ingest_chunks');
  const stream = orderStream({ orders, topic: BACKFILL, seed: 11 });
  const writing = place.fill(stream.messages);
  const settled = async (of: typeof steady): Promise<number> =>
    (await workOf(metricsOf(of), GROUP)).settled;
  let longestMs = 0;
  let lastAt = performance.now();
  let seen = 0;
  const over = new AbortController();
  const watch = (async () => {
    while (!over.signal.aborted) {
      const now = await settled(steady);
      if (now > seen || seen === 0) {
        longestMs = Math.max(longestMs, seen === 0 ? 0 : performance.now() - lastAt);
        lastAt = performance.now();
        seen = now;
      }
      await setTimeout(50);
    }
  })();
  await setTimeout(3_000);
  const guest = await startOurSink(place);
  await setTimeout(5_000);
  await guest.kill('SIGTERM');
  await writing;
  const admin = place.kafka.admin();
  while ((await admin.groupLag(GROUP, [BACKFILL])) > 0) {
    await setTimeout(200);
  }
  over.abort();
  await watch;
  await admin.stop();
  const consumed = await countIn(place, 'SELECT toString(sum(n_consumed)) AS n FROM ingest_chunks');
  const wrong = wrongDays(stream.truth, await ourFigures(place));
  say(`a guest came and went: ${String(wrong)} days wrong`);
  await steady.kill('SIGTERM');
  await place.stop();
  return [
    rowOf({
      id: 'P10',
      what: `a second sink comes and goes: longest time without progress (days wrong: ${String(wrong)})`,
      value: longestMs / 1000,
      unit: 's',
      anchor: { what: 'heartbeat and linger, twice', value: (2 * (HEARTBEAT_MS + 1_500)) / 1000 },
      goal: { atMost: (2 * (HEARTBEAT_MS + 1_500)) / 1000 },
    }),
    rowOf({
      id: 'P10.twice',
      what: 'records written twice because of it',
      value: consumed - stream.messages.length,
      unit: '',
      goal: { atMost: IN_FLIGHT },
    }),
  ];
}
