import { startTestEngines } from '@tokometrics/testkit';
import { z } from 'zod';
import type { Row } from '../report.ts';
import { chainRows } from './chain-rows.ts';
import { freshnessRows, memoryRows, rebalanceRows } from './load-rows.ts';
import { queryRows } from './query-rows.ts';
import { peerRows, sinkRows, troubleRows } from './sink-rows.ts';

type Say = (line: string) => void;

const addresses = z.looseObject({
  KAFKA_BROKERS: z.string(),
  MONGO_URL: z.string(),
  CLICKHOUSE_URL: z.string(),
  VAULT_ADDR: z.string(),
  VAULT_ROOT_TOKEN: z.string(),
});
/**
 * 1,400 days of shops, one to four versions of each order, 5 % of records twice. So many that beginning
 * and end, where one side waits for the other, are a small part of the time.
 */
const SCALE = { orders: 60_000, rounds: 3 };

/** The data plane's own measures, by the numbers that its goals are known under. */
export async function benchPipeline(say: Say): Promise<Row[]> {
  const engines = await startTestEngines();
  try {
    const env = addresses.parse(engines.env);
    return [
      ...(await chainRows(env, say)),
      ...(await sinkRows(env, say, SCALE)),
      ...(await queryRows(env, say)),
      ...(await freshnessRows(env)),
      ...(await troubleRows(env, say, SCALE)),
      ...(await memoryRows(env, say)),
      ...(await rebalanceRows(env, say, SCALE.orders)),
      ...(await peerRows(env, say, SCALE)),
    ];
  } finally {
    await engines.stop();
  }
}
