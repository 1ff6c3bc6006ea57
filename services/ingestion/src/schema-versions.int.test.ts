import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FACT_VERSIONS, factTopic } from '@tokometrics/contracts';
import type { InMessage, OutMessage } from '@tokometrics/kit';
import { eventually, suiteNames } from '@tokometrics/testkit';
import { DEAD_LETTERS, startIngestionWorld } from './ingestion.fixture.ts';
import type { IngestionWorld } from './ingestion.fixture.ts';
import { inLaterSchema } from './later-schema.test-support.ts';
import { NOON_S, rawOrderBody } from './raw-events.test-support.ts';
import type { RawScope } from './raw-events.test-support.ts';

const names = suiteNames(import.meta);
const PATIENT = { timeoutMs: 30_000 };
const ORDERS = 6;
const VERSIONS = 3;
const FIRST_ORDER = 576_461_413_038_700_000n;
const LATER = 2;

interface Fact {
  readonly subject: string;
  readonly ver: string;
  readonly schemaver: number;
  readonly data: unknown;
}

describe('raw records of two versions of a schema in one stream', () => {
  let world: IngestionWorld;

  beforeAll(async () => {
    world = await startIngestionWorld(names);
  }, 90_000);

  afterAll(async () => {
    await world.stop();
  });

  /** Snapshots of a few orders, each by the version that is asked for. */
  async function recordsOf(
    scope: RawScope,
    isLater: (order: number, version: number) => boolean,
  ): Promise<OutMessage[]> {
    const records: Promise<OutMessage>[] = [];
    for (let version = 0; version < VERSIONS; version += 1) {
      for (let order = 0; order < ORDERS; order += 1) {
        const body = rawOrderBody(String(FIRST_ORDER + BigInt(order)), {
          // The last is one that nobody has documented, in whichever version it comes.
          status: ['UNPAID', 'COMPLETED', 'A_STATE_OF_TOMORROW'][version],
          payment: { currency: 'GBP', total_amount: `${String(10 + version)}.00` },
        });
        const times = { updatedS: NOON_S + version, seq: order + 1 };
        records.push(
          isLater(order, version)
            ? world.event(scope, {
                ...{ ...times, body: inLaterSchema(body), schemaver: LATER },
                more: {
                  envelope: { region: 'eu', hop: { of: [1] } },
                  headers: { tm_schemaver: String(LATER) },
                },
              })
            : world.event(scope, { ...times, body }),
        );
      }
    }
    return Promise.all(records);
  }

  const said = ({ value }: InMessage): Fact => {
    const { subject, ver, schemaver, data } = JSON.parse(String(value)) as Fact;
    return { subject, ver, schemaver, data };
  };
  const factsOf = async (shopKey: string): Promise<Fact[]> =>
    (await world.factsOf(shopKey, ORDERS * VERSIONS)).map(said);
  const archived = async (shopKey: string): Promise<number[]> => {
    const events = world.mongo.collection<{ schemaVer: number }>('raw_events');
    return (await events.find({ shopKey }).toArray()).map(({ schemaVer }) => schemaVer).sort();
  };

  it('become the facts of a stream of one version, in its order, and none is parked', async () => {
    const [alone, both] = [await world.connectedShop(), await world.connectedShop()];

    await world.send(...(await recordsOf(alone, () => false)));
    await world.send(...(await recordsOf(both, (order, version) => (order + version) % 2 === 1)));

    const facts = await factsOf(both.shopKey);
    expect(facts).toEqual(await factsOf(alone.shopKey));
    expect(facts.map(({ schemaver }) => schemaver)).toEqual(facts.map(() => FACT_VERSIONS.order));
    expect(await world.readAll(DEAD_LETTERS)).toEqual([]);
    expect(await archived(alone.shopKey)).toEqual(facts.map(() => 1));
    expect(new Set(await archived(both.shopKey))).toEqual(new Set([1, LATER]));
  }, 90_000);

  it('become them once more when they are made anew from the archive', async () => {
    const scope = await world.connectedShop();
    await world.send(...(await recordsOf(scope, (order) => order % 2 === 1)));
    const live = await factsOf(scope.shopKey);

    const run = await world.replay(['rebuild', '--shop', scope.shopKey]).ended;

    expect(run.how).toBe(0);
    await eventually(async () => {
      const anew = await world.readAll(`${factTopic('order')}.bf`, scope.shopKey);
      const byVersion = (one: Fact, other: Fact) =>
        `${one.subject} ${one.ver}`.localeCompare(`${other.subject} ${other.ver}`);
      expect(anew.map(said).sort(byVersion)).toEqual(live.toSorted(byVersion));
    }, PATIENT);
    expect(await world.readAll(DEAD_LETTERS)).toEqual([]);
  }, 90_000);
});
