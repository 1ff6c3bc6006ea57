import { accountId, merchantId } from '@tokometrics/contracts';
import { mongoErrors } from '@tokometrics/kit';
import type { Mongo } from '@tokometrics/kit';
import type { Session } from '../domain/account.ts';
import { MAX_SESSIONS, ROTATION_GRACE_MS } from '../domain/session-rules.ts';
import { hashToken } from './random-token.ts';

type Stored = Omit<Session, 'accountId' | 'merchantId'> & {
  _id: string;
  accountId: string;
  merchantId: string;
  /** Set when the token was rotated: hash of its one successor. */
  nextHash: string | null;
  rotatedAt: Date | null;
};

function fromStored(row: Stored): Session {
  return {
    sessionId: row.sessionId,
    accountId: accountId.parse(row.accountId),
    merchantId: merchantId.parse(row.merchantId),
    remember: row.remember,
    createdAt: row.createdAt,
    lastSeenAt: row.lastSeenAt,
    freshUntil: row.freshUntil,
    device: row.device,
  };
}

/** Sessions lie under the hash of their token: whoever reads the store can't use what he finds. */
export function createMongoSessions(mongo: Mongo) {
  const sessions = mongo.collection<Stored>('sessions');

  async function open(hash: string, session: Session): Promise<void> {
    await mongoErrors(() =>
      sessions.insertOne({ _id: hash, ...session, nextHash: null, rotatedAt: null }),
    );
    await endOldest(session.accountId);
  }

  async function endOldest(owner: string): Promise<void> {
    const live = await mongoErrors(() =>
      sessions.find({ accountId: owner, nextHash: null }).toArray(),
    );
    const surplus = live
      .toSorted((a, b) => b.lastSeenAt.getTime() - a.lastSeenAt.getTime())
      .slice(MAX_SESSIONS);
    if (surplus.length > 0) {
      await mongoErrors(() => sessions.deleteMany({ _id: { $in: surplus.map((row) => row._id) } }));
    }
  }

  async function find(rawToken: string, now: Date): Promise<Session | undefined> {
    const row = await mongoErrors(() => sessions.findOne({ _id: hashToken(rawToken) }));
    if (row === null) {
      return undefined;
    }
    if (row.nextHash === null) {
      return fromStored(row);
    }
    const age = now.getTime() - (row.rotatedAt?.getTime() ?? 0);
    const next =
      age <= ROTATION_GRACE_MS
        ? await mongoErrors(() => sessions.findOne({ _id: row.nextHash ?? '' }))
        : null;
    return next === null ? undefined : fromStored(next);
  }

  /** Compare-and-set on the token: of ten windows that rotate at once one wins. */
  async function rotate(
    raw: string,
    nextHash: string,
    freshUntil: Date,
    now: Date,
  ): Promise<boolean> {
    const _id = hashToken(raw);
    const before = await mongoErrors(() =>
      sessions.findOneAndUpdate(
        { _id, nextHash: null },
        { $set: { nextHash, rotatedAt: now } },
        { returnDocument: 'before' },
      ),
    );
    if (before === null) {
      return false;
    }
    await mongoErrors(() =>
      sessions.insertOne({
        ...before,
        _id: nextHash,
        freshUntil,
        lastSeenAt: now,
        nextHash: null,
        rotatedAt: null,
      }),
    );
    return true;
  }

  return {
    open,
    find,
    rotate,
    async touch(sessionId: string, now: Date): Promise<void> {
      await mongoErrors(() =>
        sessions.updateMany({ sessionId, nextHash: null }, { $set: { lastSeenAt: now } }),
      );
    },
    async end(sessionId: string): Promise<void> {
      await mongoErrors(() => sessions.deleteMany({ sessionId }));
    },
  };
}
