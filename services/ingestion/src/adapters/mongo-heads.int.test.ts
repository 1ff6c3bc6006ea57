import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLogger, createMongo, createUlid } from '@tokometrics/kit';
import { engineEnv } from '@tokometrics/testkit';
import type { Head } from '../domain/head-rules.ts';
import { createMongoHeads } from './mongo-heads.ts';

const mongo = createMongo({
  url: engineEnv().MONGO_URL,
  database: `test_${createUlid().toLowerCase()}`,
  log: createLogger({ service: 'ingestion-test', level: 'error' }),
});
const heads = createMongoHeads(mongo);
// Beyond 2^53, where a JS number would round.
const BASE = 30_000_000_000_000_000n;
const headOf = (entityId: string, ver: bigint, contentHash = String(ver)): [string, Head] => [
  entityId,
  {
    ...{ shopKey: 'S', epoch: 1, entity: 'order', entityId, localDate: '2026-03-01' },
    ...{ ver: String(ver), updateTimeS: 1, contentHash, lanes: ['live'] },
    expireAt: new Date(0),
  },
];

beforeAll(() => mongo.start(), 60_000);
afterAll(() => mongo.stop());

describe('the heads of entities', () => {
  it('go forward, and beside a newer one that stays all others are written', async () => {
    await heads.write(new Map([headOf('a', BASE + 2n), headOf('b', BASE + 2n)]));

    await heads.write(
      new Map([headOf('a', BASE + 1n), headOf('b', BASE + 3n), headOf('c', BASE + 1n)]),
    );

    expect(await heads.read(['a', 'b', 'c', 'd'])).toEqual(
      new Map([headOf('a', BASE + 2n), headOf('b', BASE + 3n), headOf('c', BASE + 1n)]),
    );
  });

  it('of one version are as they were written last', async () => {
    await heads.write(new Map([headOf('e', BASE)]));

    await heads.write(new Map([headOf('e', BASE, 'other')]));

    expect(await heads.read(['e'])).toEqual(new Map([headOf('e', BASE, 'other')]));
  });
});
