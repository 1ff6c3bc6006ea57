import { describe, expect, it } from '@jest/globals';
import { guardChunk } from './guard-chunk.ts';

const scope = { shopKey: 'S', epoch: 1 };

/** A fence that falls during the write: the undo of the chunk is called. */
function run(options: { healthyAtEnd: boolean; tookMs: number }) {
  let nowMs = 0;
  const erased: unknown[] = [];
  const guard = guardChunk({
    fences: {
      healthy: () => options.healthyAtEnd,
      guardedChunk: async (scopes, op, { undo }) => {
        await op(scopes);
        await undo(scopes);
        return { fenced: scopes };
      },
    },
    erase: (scopes) => {
      erased.push(...scopes);
      return Promise.resolve();
    },
    monotonicMs: () => nowMs,
  });
  return guard([scope], () => {
    nowMs += options.tookMs;
    return Promise.resolve();
  }).then(() => erased);
}

describe('guardChunk', () => {
  it('leaves what landed to the erasure that follows the acknowledgement', async () => {
    expect(await run({ healthyAtEnd: true, tookMs: 4_999 })).toEqual([]);
  });

  it.each([
    ['the fences could not be heard', { healthyAtEnd: false, tookMs: 10 }],
    ['the write outlived a membership', { healthyAtEnd: true, tookMs: 5_001 }],
  ])('takes back what landed when %s', async (_why, options) => {
    expect(await run(options)).toEqual([scope]);
  });
});
