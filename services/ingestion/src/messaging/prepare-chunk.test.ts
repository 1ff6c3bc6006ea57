import { describe, expect, it } from '@jest/globals';
import { rawTopic } from '@tokometrics/contracts';
import { KeyShredded } from '@tokometrics/erasure';
import { aShopKey } from '@tokometrics/testkit';
import { createValidators } from '../adapters/ajv-validators.ts';
import { inClear, NOON_S, rawEvent, rawOrderBody } from '../raw-events.test-support.ts';
import { prepareChunk } from './prepare-chunk.ts';
import type { PrepareDeps } from './prepare-chunk.ts';

const SCOPE = { shopKey: aShopKey(), epoch: 1 };

async function prepareWith(deps: Partial<PrepareDeps>) {
  const raw = await rawEvent(inClear.seal, SCOPE, { body: rawOrderBody('1') });
  const message = {
    ...{
      topic: rawTopic('order'),
      partition: 0,
      offset: '0',
      timestamp: NOON_S,
      key: SCOPE.shopKey,
    },
    ...{ value: raw.value, headers: raw.headers ?? {} },
  };
  const [prepared] = await prepareChunk(
    {
      isFenced: () => false,
      open: inClear.open,
      zoneOf: () => Promise.resolve('Europe/London'),
      validators: createValidators(),
      cutoff: () => '2024-11-23',
      ...deps,
    },
    [message],
  );
  return prepared;
}

const fateWithoutKey = (isFenced: () => boolean) =>
  prepareWith({ isFenced, open: () => Promise.reject(new KeyShredded()) });

describe('a record whose key is gone', () => {
  it('is dropped where a fence fell while it was opened', async () => {
    const answers = [false, true];

    expect(await fateWithoutKey(() => answers.shift() ?? true)).toMatchObject({
      kind: 'dropped',
      reason: 'fenced',
    });
  });

  it('is parked where the connection is open: nobody has asked for its end', async () => {
    expect(await fateWithoutKey(() => false)).toMatchObject({
      kind: 'parked',
      reason: 'undecryptable',
    });
  });
});

describe('a record of long ago', () => {
  it('is dropped by the first day that is kept in the zone of its shop', async () => {
    const day = new Date(NOON_S * 1000).toISOString().slice(0, 10);
    const cutoffIn = (kept: string) => (zone: string) =>
      zone === 'Europe/London' ? kept : '1970-01-01';

    expect(await prepareWith({ cutoff: cutoffIn(day) })).toMatchObject({ kind: 'event' });
    expect(await prepareWith({ cutoff: cutoffIn('2100-01-01') })).toMatchObject({
      kind: 'dropped',
      reason: 'expired',
    });
  });
});
