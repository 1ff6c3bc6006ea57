import { createCipheriv, randomBytes } from 'node:crypto';
import type { UsageEvent } from '@tokometrics/contracts';
import { KeyShredded, mongoErrors } from '@tokometrics/kit';
import type { Mongo, VaultTransit } from '@tokometrics/kit';
import type { SealedText, StoredUsage } from '../domain/stored-usage.ts';
import { insertNew } from './insert-new.ts';
import { removeExpired } from './mongo-archive.ts';

type Row = Omit<StoredUsage, 'eventId'> & { readonly _id: string };

const IV_BYTES = 12;

/** Bound to the event by its additional data; one key seals one text. */
function sealUnder(key: Buffer, bound: string, text: string): Omit<SealedText, 'wdk'> {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(Buffer.from(bound));
  const ct = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return {
    iv: iv.toString('base64'),
    ct: ct.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
  };
}

/** The log of use, 90 days. What seals here may not open. */
export function createMongoUsage(mongo: Mongo, transit: Pick<VaultTransit, 'dataKey'>) {
  const pages = mongo.collection<Row>('usage_pages');
  return {
    seal: async (
      { accountId, eventId }: Pick<UsageEvent, 'accountId' | 'eventId'>,
      text: string,
    ): Promise<SealedText | undefined> => {
      try {
        const { plaintext, wrapped } = await transit.dataKey(`a-${accountId}`);
        return { wdk: wrapped, ...sealUnder(plaintext, `usage|${accountId}|${eventId}`, text) };
      } catch (error) {
        if (error instanceof KeyShredded) {
          return undefined;
        }
        throw error;
      }
    },
    insert: (rows: readonly StoredUsage[]): Promise<readonly number[]> =>
      insertNew(
        pages,
        rows.map(({ eventId, ...row }) => ({ _id: eventId, ...row })),
      ),
    removeExpired: (now: Date, signal: AbortSignal) => removeExpired(pages, now, signal),
    prepare: async (): Promise<void> => {
      await mongoErrors(() =>
        pages.createIndexes([{ key: { accountId: 1 } }, { key: { expireAt: 1 } }]),
      );
    },
  };
}
