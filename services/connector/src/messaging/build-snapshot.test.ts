import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { buildSnapshot } from './build-snapshot.ts';

const scope = { shopKey: '01J8Z3K4M5N6P7Q8R9S0T1V2W3', epoch: 1 };
const reading = {
  resource: 'order',
  origin: 'live',
  seq: 7,
  fetchedAt: 1_800_000_000,
  scope,
} as const;

describe('buildSnapshot', () => {
  it('has the version of the change and the reading, beyond what a double can hold', () => {
    const snapshot = buildSnapshot(reading, { id: '1', update_time: 1_714_553_600 });

    expect(snapshot?.ver).toBe('28765436090777607');
    expect(snapshot?.time).toBe('2024-05-01T08:53:20.000Z');
  });

  it.each([undefined, 0, -5, 1.5, '1714553600', Number.NaN])(
    'falls back on the instant of reading for a change time of %p',
    (update_time) => {
      const { ver } = buildSnapshot(reading, { id: '1', update_time }) ?? { ver: '' };

      expect(BigInt(ver) >> 24n).toBe(1_800_000_000n);
    },
  );

  it('orders versions by change, then by reading', () => {
    const at = fc.integer({ min: 1, max: 4_000_000_000 });
    const seq = fc.integer({ min: 0, max: 0xff_ff_ff });
    const ver = (update_time: number, number: number): bigint =>
      BigInt(buildSnapshot({ ...reading, seq: number }, { id: '1', update_time })?.ver ?? '0');
    fc.assert(
      fc.property(at, seq, at, seq, (timeA, seqA, timeB, seqB) => {
        const isBefore = timeA < timeB || (timeA === timeB && seqA < seqB);
        expect(ver(timeA, seqA) < ver(timeB, seqB)).toBe(isBefore);
      }),
    );
  });

  it('gives the same event the same id, and another content another', () => {
    const build = (status: string) => buildSnapshot(reading, { id: '1', status, update_time: 5 });

    expect(build('PAID')?.ceId).toBe(build('PAID')?.ceId);
    expect(build('PAID')?.ceId).not.toBe(build('CANCELLED')?.ceId);
  });

  it('hashes the canonical text before anything else is done to it', () => {
    const snapshot = buildSnapshot(reading, { status: 'PAID', id: '1' });

    expect(snapshot?.plaintext.toString()).toBe('{"id":"1","status":"PAID"}');
    expect(snapshot?.contentHash).toBe(
      createHash('sha256').update('{"id":"1","status":"PAID"}').digest('hex'),
    );
  });

  it.each([{}, { id: '' }, { id: 5 }, { id: null }])(
    'leaves a row without an id out: %j',
    (row) => {
      expect(buildSnapshot(reading, row)).toBeUndefined();
    },
  );
});
