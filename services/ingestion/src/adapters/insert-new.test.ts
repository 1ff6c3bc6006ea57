import { describe, expect, it } from '@jest/globals';
import { mongo as driver } from 'mongoose';
import { insertNew } from './insert-new.ts';

const ROWS = ['a', 'b', 'c'];
const DUPLICATE = 11_000;

interface Refused {
  readonly index: number;
  readonly code: number;
}

/** As the driver throws it: with what failed, and in its result what is not confirmed beside. */
function bulkError(refused: readonly Refused[], writeConcernCode?: number): Error {
  const writeErrors = refused.map((one) => ({ ...one, errmsg: 'refused' }));
  const result = {
    getWriteConcernError: () =>
      writeConcernCode === undefined ? undefined : { code: writeConcernCode, errmsg: 'waiting' },
  };
  const code = writeErrors[0]?.code ?? writeConcernCode ?? 0;
  return new driver.MongoBulkWriteError(
    { message: 'refused', code, writeErrors: writeErrors as unknown as driver.WriteError[] },
    result as driver.BulkWriteResult,
  );
}

const refusing = (error: Error) => insertNew({ insertMany: () => Promise.reject(error) }, ROWS);

describe('an insert of what is new', () => {
  it('answers the places of those that were there already', async () => {
    const twice = [1, 2].map((index) => ({ index, code: DUPLICATE }));

    expect(await refusing(bulkError(twice))).toEqual([1, 2]);
    expect(await insertNew({ insertMany: () => Promise.resolve() }, ROWS)).toEqual([]);
  });

  it('is none that succeeds while what is new is not confirmed, whatever stands beside', async () => {
    const duplicate = { index: 0, code: DUPLICATE };

    for (const error of [bulkError([duplicate], 64), bulkError([], 91)]) {
      await expect(refusing(error)).rejects.toMatchObject({ code: 'upstream.unavailable' });
    }
  });

  it('fails where a row is refused for another reason', async () => {
    const refused = [
      { index: 0, code: 121 },
      { index: 1, code: DUPLICATE },
    ];

    await expect(refusing(bulkError(refused))).rejects.toMatchObject({ code: 'internal' });
    const broken = new TypeError('a bug');
    await expect(refusing(broken)).rejects.toBe(broken);
  });

  it('asks nothing for no rows', async () => {
    const insertMany = () => Promise.reject(new Error('asked'));

    expect(await insertNew({ insertMany }, [])).toEqual([]);
  });
});
