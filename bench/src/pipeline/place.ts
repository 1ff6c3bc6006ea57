import { TOPICS, toUnits } from '@tokometrics/contracts';
import { createClickhouse, createKafka, createLogger, createMetrics } from '@tokometrics/kit';
import type { Clickhouse, Kafka, OutMessage, Producer } from '@tokometrics/kit';
import {
  createSuiteClickhouse,
  createSuiteVault,
  suiteNames,
  suiteServiceEnv,
} from '@tokometrics/testkit';
import { z } from 'zod';
import type { Truth } from './facts.ts';
import type { MetricsText } from './pass.ts';

export type EngineAddresses = Parameters<typeof suiteServiceEnv>[2] & object;

/** Topics, database and rights of one run, on engines that all runs share. */
export interface Place {
  readonly kafka: Kafka;
  readonly clickhouse: Clickhouse;
  /** What a service of that name is started with. */
  envOf(service: string): Record<string, string>;
  /** Of the consumers that run in this process. */
  readonly metrics: MetricsText;
  fill(messages: readonly OutMessage[]): Promise<void>;
  stop(): Promise<void>;
}

const FILL_AT_ONCE = 2_000;

export async function createPlace(env: EngineAddresses): Promise<Place> {
  const names = suiteNames(import.meta);
  const log = createLogger({ service: 'bench', level: 'error' });
  const roles = await createSuiteVault(names, env);
  await createSuiteClickhouse(names, env);
  const metrics = createMetrics({ service: 'bench', runtime: false });
  const kafka = createKafka({
    brokers: env.KAFKA_BROKERS,
    clientId: 'bench',
    topicPrefix: names.topicPrefix,
    ...{ log, metrics },
  });
  await kafka.ensureTopics(TOPICS);
  const clickhouse = createClickhouse({
    ...{ url: env.CLICKHOUSE_URL, database: names.clickhouseDatabase, readMs: 120_000, log },
  });
  await clickhouse.start();
  const producer: Producer = kafka.producer({ compression: 'zstd' });
  await producer.start();
  return {
    kafka,
    clickhouse,
    metrics: () => metrics.text(),
    envOf: (service) => suiteServiceEnv(names, roles[service], env),
    fill: async (messages) => {
      for (let from = 0; from < messages.length; from += FILL_AT_ONCE) {
        await producer.send(messages.slice(from, from + FILL_AT_ONCE));
      }
    },
    stop: async () => {
      await clickhouse.command(`DROP DATABASE IF EXISTS ${names.clickhouseDatabase}`);
      await Promise.all([producer.stop(), clickhouse.stop()]);
    },
  };
}

const sumsRow = z.object({
  shop: z.string(),
  day: z.string(),
  orders: z.string(),
  units: z.string(),
  gross: z.string(),
});

/** The figures that a sink shows, from a statement that names shop, day, orders, units and gross. */
export async function figuresOf(clickhouse: Clickhouse, sql: string): Promise<Truth> {
  const rows = await clickhouse.query(sql, {}, sumsRow);
  return new Map(
    rows
      .map(({ shop, day, orders, units, gross }): [string, ReturnType<typeof sumsOf>] => [
        `${shop}|${day}`,
        sumsOf(orders, units, gross),
      ])
      .filter(([, { orders, units, gross }]) => orders !== 0n || units !== 0n || gross !== 0n),
  );
}

function sumsOf(orders: string, units: string, gross: string) {
  return { orders: BigInt(orders), units: BigInt(units), gross: toUnits(gross) };
}
