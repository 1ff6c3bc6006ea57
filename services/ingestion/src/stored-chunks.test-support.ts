import { createLogger, createMongo, createUlid } from '@tokometrics/kit';
import type { InMessage, Mongo, OutMessage } from '@tokometrics/kit';
import { engineEnv } from '@tokometrics/testkit';
import { createValidators } from './adapters/ajv-validators.ts';
import { createMongoArchive } from './adapters/mongo-archive.ts';
import { createMongoHeads } from './adapters/mongo-heads.ts';
import { idRange } from './domain/id-ranges.ts';
import { retentionCut } from './domain/retention.ts';
import { prepareChunk } from './messaging/prepare-chunk.ts';
import { rebuildFacts } from './messaging/rebuild-facts.ts';
import { storeChunk } from './messaging/store-chunk.ts';
import type { Scope, StoreDeps } from './messaging/store-chunk.ts';
import { inClear, NOON_S } from './raw-events.test-support.ts';

const validators = createValidators();

const toInMessage = ({ topic, key, value, headers = {} }: OutMessage): InMessage => ({
  ...{ topic, key, value, headers, partition: 0, offset: '0', timestamp: 0 },
});

export async function startTestMongo(): Promise<Mongo> {
  const log = createLogger({ service: 'ingestion-test', level: 'error' });
  const database = `test_${createUlid().toLowerCase()}`;
  const mongo = createMongo({ url: engineEnv().MONGO_URL, database, log });
  await mongo.start();
  return mongo;
}

export async function stopTestMongo(mongo: Mongo): Promise<void> {
  await mongo.collection('raw_events').deleteMany({});
  await mongo.collection('entity_heads').deleteMany({});
  await mongo.stop();
}

/** Chunks over the real archive and heads, a log in memory, and a clock that the test sets. */
export function createStoredChunks(mongo: Mongo) {
  const archive = createMongoArchive(mongo);
  const heads = createMongoHeads(mongo);
  const published: OutMessage[] = [];
  const clock = { nowS: NOON_S };
  const now = (): Date => new Date(clock.nowS * 1000);
  const { signal } = new AbortController();
  const deps: StoreDeps = {
    readHeads: (ids) => heads.read(ids),
    writeHeads: (changed) => heads.write(changed),
    archive: (events) => archive.store(events),
    publish: (batch) => Promise.resolve(void published.push(...batch)),
    revsOf: () => Promise.resolve(new Map()),
    guardedChunk: async (scopes: readonly Scope[], write) => {
      await write(scopes);
      return { fenced: [] };
    },
    count: () => undefined,
    countUnknown: () => undefined,
  };
  const prepare = {
    ...{ isFenced: () => false, open: inClear.open, validators },
    zoneOf: () => Promise.resolve('Europe/London'),
    cutoff: (zone: string) => retentionCut(now(), zone),
  };
  return {
    ...{ archive, heads, published, clock },
    /** Answers the reasons of what was parked. */
    store: async (chunk: readonly OutMessage[], change: Partial<StoreDeps> = {}) => {
      const prepared = await prepareChunk(prepare, chunk.map(toInMessage));
      const { parked, finish } = await storeChunk({ ...deps, ...change }, prepared);
      await finish({ isFollowed: () => false, turn: () => Promise.resolve() });
      return parked.map(({ reason }) => reason);
    },
    /** What a rebuild of the connection sends. */
    rebuilt: async ({ shopKey, epoch }: Scope, rev: number): Promise<readonly OutMessage[]> => {
      const events = await archive.readRange(shopKey, epoch, idRange(0, 1));
      return (await rebuildFacts(prepare, events, rev)).facts;
    },
    /** As the retention does it every few hours. */
    sweep: async (): Promise<void> => {
      await archive.removeExpired(now(), signal);
      await heads.removeExpired(now(), signal);
    },
  };
}

interface SentFact {
  readonly subject: string;
  readonly ver: bigint;
  readonly contenthash: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export function factsOf(published: readonly OutMessage[]): SentFact[] {
  return published.map(({ value }) => {
    const { ver, ...fact } = JSON.parse(String(value)) as Omit<SentFact, 'ver'> & { ver: string };
    return { ...fact, ver: BigInt(ver) };
  });
}
