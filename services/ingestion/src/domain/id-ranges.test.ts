import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { idRange } from './id-ranges.ts';

describe('idRange', () => {
  it('puts every id into one part, however many there are', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.integer({ min: 1, max: 700 }), (id, parts) => {
        const holding = Array.from({ length: parts }, (_, index) => idRange(index, parts)).filter(
          ({ from, below }) => from <= id && id < below,
        );
        expect(holding).toHaveLength(1);
      }),
    );
  });

  it('is everything when there is one', () => {
    expect(idRange(0, 1)).toEqual({ from: '00000000', below: 'g' });
  });
});
