import { afterEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '../logging.ts';
import { createMetrics } from '../metrics.ts';
import { until } from '../testing/until.ts';
import { createFakeCluster, recordAt } from './fake-cluster.test-support.ts';
import type { Answer } from './fake-cluster.test-support.ts';
import { createIntake } from './intake.ts';
import type { Intake } from './intake.ts';
import { createKafka } from './kafka.ts';
import { createNaming } from './topics.ts';

const log = createLogger({ service: 'kit', level: 'silent' });
// Whoever has a client has it; this one connects nowhere.
createKafka({
  ...{ brokers: '127.0.0.1:1', clientId: 'kit-test', topicPrefix: '' },
  ...{ log, metrics: createMetrics({ service: 'kit-test', runtime: false }) },
});

const TEN = 10;
const END = 40;
const tenFrom = (from: number) => Array.from({ length: TEN }, (_, n) => recordAt(from + n));

let over = Promise.withResolvers<readonly []>();
let intake: Intake | undefined;

function createTestIntake(answers: readonly Answer[]): Intake {
  intake = createIntake({
    client: createFakeCluster('t', answers).client,
    naming: createNaming(''),
    group: 'g',
    topics: ['t'],
    fromBeginning: true,
    log,
    limits: { highRows: 1_000, lowRows: 500, highBytes: 1_000_000, lowBytes: 500_000 },
    maxBufferedBytes: 1_000_000,
    onArrival: () => undefined,
  });
  return intake;
}

function offsetsOf(partition: number): number[] {
  const queue = intake?.queues().find((each) => each.partition === partition);
  const taken = queue && intake?.take(queue, 1_000, 1_000_000);
  return (taken ?? []).map(({ offset }) => Number(offset));
}

afterEach(async () => {
  over.resolve([]);
  await intake?.stop();
  over = Promise.withResolvers();
});

describe('a reply from before a join', () => {
  it('does not move the position past what the join has dropped', async () => {
    const moved = Promise.withResolvers<undefined>();
    const late = Promise.withResolvers<undefined>();
    const asked: { first: number; second: number[] } = { first: 0, second: [] };
    const first: Answer = async () => {
      asked.first += 1;
      if (asked.first > 1) {
        return over.promise;
      }
      await moved.promise;
      throw Object.assign(new Error('moved'), { type: 'NOT_LEADER_FOR_PARTITION' });
    };
    const second: Answer = async (from) => {
      asked.second.push(from);
      if (asked.second.length === 2) {
        await late.promise;
      }
      return from < END ? tenFrom(from) : over.promise;
    };
    await createTestIntake([first, second]).start();
    await until('the second broker is asked for more', () => asked.second.length === 2);

    moved.resolve(undefined);
    await until('the group is joined anew', () => asked.first === 2);
    late.resolve(undefined);
    await until('all is read', () => asked.second.at(-1) === END);

    expect(intake?.queues().find(({ partition }) => partition === 1)?.generation).toBe(2);
    expect(offsetsOf(1)).toEqual(Array.from({ length: END }, (_, n) => n));
    expect(asked.second).toEqual([0, 10, 0, 10, 20, 30, 40]);
  });
});
