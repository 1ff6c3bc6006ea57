import { mongoErrors } from '@tokometrics/kit';
import type { Mongo } from '@tokometrics/kit';
import type { AuditJournal, LastAudit, NightReport } from '../domain/run-audit.ts';

interface Stored extends LastAudit {
  readonly _id: 'nightly';
}

const ID = 'nightly' as const;
const NOTHING = { slices: 0, repaired: 0, differing: 0, doubtful: 0, failed: 0 };

/** One document: the last audit, by counts alone. It is also how replicas agree on who does it. */
export function createMongoAudits(mongo: Mongo): AuditJournal {
  const audits = mongo.collection<Stored>('audits');
  return {
    claim: async (dueBefore, againBefore, at) => {
      // The first night of a new installation has nothing behind it to be compared.
      await mongoErrors(() =>
        audits.updateOne(
          { _id: ID },
          { $setOnInsert: { startedAt: at, finishedAt: at, ...NOTHING } },
          { upsert: true },
        ),
      );
      const begin = { $set: { startedAt: at, finishedAt: null } };
      const due = await mongoErrors(() =>
        audits.updateOne({ _id: ID, startedAt: { $lt: dueBefore } }, begin),
      );
      if (due.modifiedCount === 1) {
        return true;
      }
      const again = await mongoErrors(() =>
        audits.updateOne(
          { _id: ID, slices: 0, failed: { $gt: 0 }, finishedAt: { $lt: againBefore } },
          begin,
        ),
      );
      return again.modifiedCount === 1;
    },
    finish: async ({ differing, doubtful, ...report }: NightReport, at) => {
      const counts = { ...report, differing: differing.length, doubtful: doubtful.length };
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
      // One that was kept before something was counted says nothing of it.
      return { ...NOTHING, ...audit };
    },
  };
}
