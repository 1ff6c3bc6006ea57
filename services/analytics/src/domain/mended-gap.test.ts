import { describe, expect, it } from '@jest/globals';
import { aShopKey } from '@tokometrics/testkit';
import { mendedBy, storageDaysOf } from './mended-gap.ts';
import type { Missing } from './mended-gap.ts';

const at = (instant: string): number => Date.parse(instant) / 1000;
const missing = (from: string, through: string, changed = through): Missing => ({
  ...{ scope: { shopKey: aShopKey(), epoch: 1 }, entityId: '1' },
  ...{ fromS: at(from), throughS: at(through), ver: BigInt(at(changed)) << 32n },
});

describe('what is mended', () => {
  it('has a row as new of its own connection, and not of another shop or from before', () => {
    const day = '2026-03-09T08:00:00Z';
    const [gap, other] = [missing(day, day), missing(day, day)];
    const before = { ...gap, scope: { ...gap.scope, epoch: 2 } };

    const mended = mendedBy('order', [gap, other, before], [{ ...gap, ver: gap.ver + 1n }]);

    expect(mended).toEqual([{ ...gap, resource: 'order', rowVer: gap.ver + 1n }]);
  });
});

describe('days on which rows of what is missing can be stored', () => {
  it('are those of all of it, with one on either side for its zone', () => {
    const of = [
      missing('2026-03-09T08:00:00Z', '2026-03-11T02:00:00Z'),
      missing('2026-03-02T23:59:59Z', '2026-03-04T00:00:00Z'),
    ];

    expect(storageDaysOf(of)).toEqual({ first: '2026-03-01', last: '2026-03-12' });
  });

  it('reach to the change where less of its body was legible', () => {
    const day = '2026-03-02T12:00:00Z';

    expect(storageDaysOf([missing(day, day, '2026-03-20T00:00:00Z')])).toEqual({
      ...{ first: '2026-03-01', last: '2026-03-21' },
    });
  });

  it('are any where one does not say since when', () => {
    const known = missing('2026-03-09T08:00:00Z', '2026-03-11T02:00:00Z');

    expect(storageDaysOf([known, { ...known, fromS: 0 }])).toBeUndefined();
  });
});
