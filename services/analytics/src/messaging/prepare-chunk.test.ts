import { describe, expect, it } from '@jest/globals';
import { aShopKey } from '@tokometrics/testkit';
import { createFactValidators } from '../adapters/fact-validators.ts';
import { factMessage, orderFactOf } from '../adapters/facts.test-support.ts';
import { prepareChunk } from './prepare-chunk.ts';

const tenant = { shopKey: aShopKey(), epoch: 1, zone: 'Asia/Jakarta' };
const at = '2026-03-02T05:00:00Z';
const lines = [{ product: 'P1', price: '5' }];

describe('prepareChunk', () => {
  it('reads all in order, and lets whatever waits have its turn in between', async () => {
    const messages = Array.from({ length: 1_000 }, (_, n) =>
      factMessage(
        tenant,
        'order',
        String(n),
        orderFactOf(tenant.zone, { id: String(n), createdAt: at, paidAt: at, lines }),
      ),
    );
    let turns = 0;
    const take = (): void => {
      turns += 1;
      next = setImmediate(take);
    };
    let next = setImmediate(take);

    const prepared = await prepareChunk(
      {
        isFenced: () => false,
        validators: createFactValidators(),
        cutoff: () => '2026-01-01',
      },
      messages,
    );
    clearImmediate(next);

    expect(prepared.map(({ message }) => message)).toEqual(messages);
    expect(new Set(prepared.map(({ reading }) => reading.kind))).toEqual(new Set(['fact']));
    expect(turns).toBeGreaterThanOrEqual(4);
  });
});
