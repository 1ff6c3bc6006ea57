import { backfillTwin, factTopic } from '@tokometrics/contracts';
import type { ServiceProcess } from '@tokometrics/testkit';
import { rowOf } from '../report.ts';
import type { Row } from '../report.ts';
import { orderStream, wrongDays } from './facts.ts';
import type { Stream, StreamOptions, Truth } from './facts.ts';
import { consumeRate, insertRates } from './limits.ts';
import { metricsOf, ourFigures, passOver, startOurSink } from './our-sink.ts';
import { NOTHING_DONE, passFrom, workOf } from './pass.ts';
import type { Pass } from './pass.ts';
import { peersOn } from './peers.ts';
import { createPlace } from './place.ts';
import type { EngineAddresses, Place } from './place.ts';

type Say = (line: string) => void;

const TOPIC = backfillTwin(factTopic('order'));
const GROUP = 'analytics-order-bf';
/** As many as are measured: before, the process still compiles what it runs, the peers' no longer does. */
const WARM_ORDERS = 20_000;

export interface Scale {
  readonly orders: number;
  readonly rounds: number;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const rate = ({ records, seconds }: Pass): number => records / seconds;
const perSecond = (value: number): string => `${value.toFixed(0)} records/s`;

interface Measured {
  readonly pass: Pass;
  readonly wrong: number;
}

/** One sink over streams, warm, with the truth of all that it was given. */
interface Bench {
  readonly place: Place;
  readonly service: ServiceProcess;
  /** Records that it had before the first that are measured. */
  readonly warmedBy: number;
  over(options: Omit<StreamOptions, 'topic'>): Promise<Measured & { readonly stream: Stream }>;
  stop(): Promise<void>;
}

async function startBench(env: EngineAddresses, more: Record<string, string> = {}): Promise<Bench> {
  const place = await createPlace(env);
  const service = await startOurSink(place, more);
  let truth: Truth = new Map();
  const over: Bench['over'] = async (options) => {
    const stream = orderStream({ ...options, topic: TOPIC });
    const pass = await passOver(service, GROUP, async () => {
      await place.fill(stream.messages);
      return stream.messages.length;
    });
    truth = new Map([...truth, ...stream.truth]);
    return { stream, pass, wrong: wrongDays(truth, await ourFigures(place)) };
  };
  const { stream } = await over({ orders: WARM_ORDERS, seed: 999 });
  return {
    ...{ place, service, over, warmedBy: stream.messages.length },
    stop: async () => {
      await service.kill('SIGTERM');
      await place.stop();
    },
  };
}

/** P2, P3, P7: the sink alone, beside what its engines take, and over the same records again. */
export async function sinkRows(env: EngineAddresses, say: Say, scale: Scale): Promise<Row[]> {
  const bench = await startBench(env);
  const { warmedBy } = bench;
  const passes: Pass[] = [];
  let wrong = 0;
  let records = 0;
  for (let round = 1; round <= scale.rounds; round += 1) {
    const measured = await bench.over({ orders: scale.orders, seed: round });
    passes.push(measured.pass);
    wrong += measured.wrong;
    records += measured.stream.messages.length;
    say(`sink alone: ${perSecond(rate(measured.pass))}, ${String(measured.wrong)} days wrong`);
  }
  const engine = await insertRates(bench.place.clickhouse, 'orders');
  const idle = await consumeRate(bench.place, TOPIC, records);
  say(
    `engine from a file ${perSecond(engine.file)}, text from Node ${perSecond(engine.tsv)}, Kafka ${perSecond(idle)}`,
  );
  const first = median(passes.map(rate));
  await bench.service.kill('SIGTERM');
  const again: number[] = [];
  for (let round = 1; round <= scale.rounds; round += 1) {
    again.push(rate(await replayed(bench, warmedBy, records)));
    say(`once more: ${perSecond(again.at(-1) ?? Number.NaN)}`);
  }
  await bench.place.stop();
  const cpu = median(passes.map((pass) => (pass.cpuSeconds / pass.records) * 1e6));
  return [
    rowOf({
      id: 'P2',
      what: `the sink alone: log → checked → base and rollups, proven (days wrong: ${String(wrong)}), records per second`,
      value: first,
      unit: '/s',
      anchor: { what: 'rows per second of the engine by itself, from a file', value: engine.file },
      // Recalibrated: ADR 20.
      goal: { atLeast: Math.ceil(engine.file * 0.15) },
    }),
    rowOf({
      id: 'P2.cpu',
      what: 'processor seconds of the sink per million records',
      value: cpu,
      unit: 's',
    }),
    rowOf({
      id: 'P2.tsv',
      what: 'rows per second as text from Node, ten thousand at a time',
      value: engine.tsv,
      unit: '/s',
      anchor: { what: 'the engine by itself', value: engine.file },
    }),
    rowOf({
      id: 'P2.log',
      what: 'records per second that a consumer takes from Kafka and drops',
      value: idle,
      unit: '/s',
      anchor: { what: 'the engine by itself', value: engine.file },
    }),
    rowOf({
      id: 'P3',
      what: 'share of the time in which rollups are made and proven, 1,400 days of shops',
      value: median(passes.map((pass) => pass.rerollSeconds / pass.seconds)),
      unit: '',
      // Recalibrated: ADR 20.
      goal: { atMost: 0.25 },
    }),
    rowOf({
      id: 'P7',
      what: `the same records once more, records per second (${again.map((one) => one.toFixed(0)).join(', ')})`,
      value: median(again),
      unit: '/s',
      anchor: { what: 'the first time', value: first },
      goal: { atLeast: Math.ceil(first) },
    }),
  ];
}

/**
 * The group forgets how far it came and reads all of it again. What warmed the sink the first time
 * warms the new process too.
 */
async function replayed(bench: Bench, warmedBy: number, records: number): Promise<Pass> {
  const admin = bench.place.kafka.admin();
  await admin.deleteGroups([GROUP]);
  await admin.stop();
  const service = await startOurSink(bench.place);
  const metrics = metricsOf(service);
  await passFrom(NOTHING_DONE, metrics, GROUP, warmedBy);
  const before = await workOf(metrics, GROUP);
  const pass = await passFrom(before, metrics, GROUP, warmedBy + records - before.settled);
  await service.kill('SIGTERM');
  return pass;
}

/** P8: poison and repetition, beside the clean stream of the same run. */
export async function troubleRows(env: EngineAddresses, say: Say, scale: Scale): Promise<Row[]> {
  const bench = await startBench(env);
  const rates: Record<'clean' | 'poison' | 'doubled', number[]> = {
    ...{ clean: [], poison: [], doubled: [] },
  };
  let wrong = 0;
  for (let round = 0; round < scale.rounds; round += 1) {
    const orders = Math.ceil(scale.orders / 2);
    for (const [name, trouble] of [
      ['clean', { duplicates: 0 }],
      ['poison', { duplicates: 0, poison: 0.01 }],
      ['doubled', { duplicates: 0.1 }],
    ] as const) {
      const measured = await bench.over({
        orders,
        seed: 100 + 10 * round + name.length,
        ...trouble,
      });
      rates[name].push(rate(measured.pass));
      wrong = measured.wrong;
    }
  }
  await bench.stop();
  say(`clean, poisoned, doubled: ${Object.values(rates).map(median).map(perSecond).join(', ')}`);
  const clean = median(rates.clean);
  const row = (id: string, what: string, value: number): Row =>
    rowOf({
      ...{ id, what, value, unit: '/s' },
      anchor: { what: 'the clean stream', value: clean },
      goal: { atLeast: Math.ceil(clean * 0.9) },
    });
  return [
    row(
      'P8.poison',
      `1 % of records unreadable (days wrong in the end: ${String(wrong)})`,
      median(rates.poison),
    ),
    row('P8.doubled', '10 % of records twice', median(rates.doubled)),
  ];
}

/** P11: other ways of writing down the same stream; who shows wrong figures is not beaten but out. */
export async function peerRows(env: EngineAddresses, say: Say, scale: Scale): Promise<Row[]> {
  const bench = await startBench(env);
  const passes: Measured[] = [];
  for (const seed of [7, 8, 9]) {
    passes.push(await bench.over({ orders: scale.orders, seed }));
  }
  await bench.stop();
  const ours = median(passes.map(({ pass }) => rate(pass)));
  const oursWrong = passes.reduce((sum, { wrong }) => sum + wrong, 0);
  const place = await createPlace(env);
  const stream = orderStream({ orders: scale.orders, seed: 7, topic: TOPIC });
  await place.fill(stream.messages);
  const rows: Row[] = [];
  for (const peer of peersOn(TOPIC)) {
    const writer = await peer.prepare(place);
    const records = peer.atMost ?? stream.messages.length;
    await writer.consumer.start();
    const pass = await passFrom(NOTHING_DONE, place.metrics, peer.id, records);
    const flushedAt = performance.now();
    await writer.finish();
    const seconds = pass.seconds + (performance.now() - flushedAt) / 1000;
    await writer.consumer.stop();
    // Of a part of the stream alone there is no truth to hold it against.
    const wrong =
      peer.atMost === undefined ? wrongDays(stream.truth, await writer.figures()) : undefined;
    const days = `of ${String(stream.truth.size)} days wrong`;
    const verdict = wrong === undefined ? 'a part of the stream' : `${String(wrong)} ${days}`;
    say(`${peer.id}: ${perSecond(records / seconds)}, ${verdict}`);
    rows.push(
      rowOf({
        id: `P11.${peer.id}`,
        what: `ours, against: ${peer.what} (${verdict})`,
        value: ours,
        unit: '/s',
        anchor: { what: 'that', value: records / seconds },
        ...(wrong === 0 ? { goal: { atLeast: Math.ceil(records / seconds) } } : {}),
      }),
    );
  }
  await place.stop();
  say(`ours, the median of three: ${perSecond(ours)}, ${String(oursWrong)} days wrong`);
  return rows;
}
