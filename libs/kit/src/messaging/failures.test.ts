import { describe, expect, it } from '@jest/globals';
import { ClickhouseFault } from '../clickhouse/clickhouse-fault.ts';
import { AppError } from '../errors.ts';
import { isAboutRecord, reasonOf } from './failures.ts';

const refusedWith = (serverCode: number) =>
  new ClickhouseFault({ transient: false, serverCode, detail: 'refused' });

describe('the reason of a dead letter', () => {
  it.each([
    [27, 'schema'],
    [376, 'schema'],
    [41, 'time'],
    [69, 'range'],
    [407, 'range'],
  ])('is of the record where the warehouse says so: code %d is %s', (code, reason) => {
    expect(reasonOf(refusedWith(code))).toBe(reason);
    expect(isAboutRecord(refusedWith(code))).toBe(true);
  });

  it('is a general one where the store may be at fault', () => {
    const noSuchTable = refusedWith(60);

    expect([reasonOf(noSuchTable), isAboutRecord(noSuchTable)]).toEqual(['internal', false]);
    expect(reasonOf(new TypeError('x'))).toBe('unexpected');
  });

  it('is the one that an error of ours names, and never a sentence', () => {
    const named = (reason: string) => new AppError('internal', 'no', { details: { reason } });

    expect(reasonOf(named('unknown_shop'))).toBe('unknown_shop');
    expect(reasonOf(named('Ada Lovelace'))).toBe('unspecified');
  });
});
