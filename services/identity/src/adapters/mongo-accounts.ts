import { accountId, merchantId } from '@tokometrics/contracts';
import { isAppError, mongoErrors } from '@tokometrics/kit';
import type { Mongo } from '@tokometrics/kit';
import type { Account } from '../domain/account.ts';

type Stored = Omit<Account, 'accountId' | 'merchantId'> & { _id: string; merchantId: string };

export function createMongoAccounts(mongo: Mongo) {
  const accounts = mongo.collection<Stored>('accounts');

  const fromStored = ({ _id, ...rest }: Stored): Account => ({
    ...rest,
    accountId: accountId.parse(_id),
    merchantId: merchantId.parse(rest.merchantId),
  });
  const findOne = async (filter: Partial<Stored>): Promise<Account | undefined> => {
    const found = await mongoErrors(() => accounts.findOne(filter));
    return found === null ? undefined : fromStored(found);
  };

  return {
    /** The unique index decides who took an address first. */
    prepare: () => mongoErrors(() => accounts.createIndex({ emailKey: 1 }, { unique: true }, {})),
    findById: (id: string) => findOne({ _id: id }),
    /** The collection is small, a row per person; a merchant has one or a few. */
    async ofMerchant(id: string): Promise<string[]> {
      const found = await mongoErrors(() => accounts.find({ merchantId: id }).toArray());
      return found.map(({ _id }) => _id);
    },
    findByEmail: (emailKey: string) => findOne({ emailKey }),
    async insert(account: Account): Promise<boolean> {
      const { accountId: _id, ...rest } = account;
      try {
        await mongoErrors(() => accounts.insertOne({ _id, ...rest }));
        return true;
      } catch (error) {
        if (isAppError(error, 'resource.conflict')) {
          return false;
        }
        throw error;
      }
    },
    async update(id: string, change: Partial<Omit<Stored, '_id'>>): Promise<void> {
      await mongoErrors(() => accounts.updateOne({ _id: id }, { $set: change }));
    },
  };
}
