import { mongoErrors } from '@tokometrics/kit';
import type { Mongo } from '@tokometrics/kit';
import type { AuditJournal, NightReport } from '../domain/run-audit.ts';

interface Stored {
  readonly _id: 'nightly';
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  readonly slices: number;
  readonly repaired: number;
  readonly differing: number;
  readonly doubtful: number;
}

const ID = 'nightly' as const;
const NOTHING = { slices: 0, repaired: 0, differing: 0, doubtful: 0 };

/** One document: the last audit, by counts alone. It is also how replicas agree on who does it. */
export function createMongoAudits(mongo: Mongo): AuditJournal {
  const audits = mongo.collection<Stored>('audits');
  return {
    claim: async (dueBefore, at) => {
      // The first night of a new installation has nothing behind it to be compared.
      await mongoErrors(() =>
        audits.updateOne(
          { _id: ID },
          { $setOnInsert: { startedAt: at, finishedAt: at, ...NOTHING } },
          { upsert: true },
        ),
      );
      const { modifiedCount } = await mongoErrors(() =>
        audits.updateOne(
          { _id: ID, startedAt: { $lt: dueBefore } },
          { $set: { startedAt: at, finishedAt: null } },
        ),
      );
      return modifiedCount === 1;
    },
    finish: async ({ slices, repaired, differing, doubtful }: NightReport, at) => {
      const counts = { slices, repaired, differing: differing.length, doubtful: doubtful.length };
      await mongoErrors(() =>
        audits.updateOne({ _id: ID }, { $set: { finishedAt: at, ...counts } }),
      );
    },
    last: async () => {
      const found = await mongoErrors(() => audits.findOne({ _id: ID }));
      if (found === null) {
        return undefined;
      }
      const { _id, ...audit } = found;
      return audit;
    },
  };
}
