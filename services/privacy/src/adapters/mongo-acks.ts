import { mongoErrors } from '@tokometrics/kit';
import type { Mongo } from '@tokometrics/kit';
import type { KeptAck } from '../domain/evidence.ts';

interface AcksDocument {
  readonly _id: string;
  readonly answers: Readonly<Record<string, KeptAck>>;
}

/** One document per request; each answer under its own id, so a repeated one changes nothing. */
export function createMongoAcks(mongo: Pick<Mongo, 'collection'>) {
  const acks = mongo.collection<AcksDocument>('store_acks');
  return {
    keep: async (requestId: string, ack: KeptAck): Promise<void> => {
      await mongoErrors(() =>
        acks.updateOne(
          { _id: requestId, [`answers.${ack.msgId}`]: { $exists: false } },
          { $set: { [`answers.${ack.msgId}`]: ack } },
        ),
      );
      const known = await mongoErrors(() => acks.findOne({ _id: requestId }));
      if (known === null) {
        await mongoErrors(() =>
          acks.updateOne(
            { _id: requestId },
            { $set: { [`answers.${ack.msgId}`]: ack } },
            { upsert: true },
          ),
        );
      }
    },
    list: async (requestId: string): Promise<KeptAck[]> => {
      const document = await mongoErrors(() => acks.findOne({ _id: requestId }));
      return Object.values(document?.answers ?? {});
    },
  };
}
