import { mongoErrors } from '@tokometrics/kit';
import { mongo as driver } from 'mongoose';

const DUPLICATE = 11_000;

interface Insertable<T> {
  insertMany(rows: T[], options: { readonly ordered: false }): Promise<unknown>;
}

/** Inserts what is not there yet and leaves the rest as it is. Answers the places of the rest. */
export async function insertNew<T>(
  collection: Insertable<T>,
  rows: readonly T[],
): Promise<readonly number[]> {
  if (rows.length === 0) {
    return [];
  }
  return mongoErrors(async () => {
    try {
      await collection.insertMany([...rows], { ordered: false });
      return [];
    } catch (error) {
      const places = placesOfDuplicates(error);
      if (places === undefined) {
        throw error;
      }
      return places;
    }
  });
}

/** Places of those that were there already, where that is all that failed; else undefined. */
function placesOfDuplicates(error: unknown): number[] | undefined {
  // What is not confirmed may be gone with the primary that has it, also where duplicates stand beside.
  if (
    !(error instanceof driver.MongoBulkWriteError) ||
    error.result.getWriteConcernError() !== undefined
  ) {
    return undefined;
  }
  const refused = [error.writeErrors].flat();
  const isHarmless = refused.length > 0 && refused.every(({ code }) => code === DUPLICATE);
  return isHarmless ? refused.map(({ index }) => index) : undefined;
}
