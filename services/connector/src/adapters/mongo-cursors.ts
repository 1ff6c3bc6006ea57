import { isAppError, mongoErrors } from '@tokometrics/kit';
import type { Clock, Mongo } from '@tokometrics/kit';
import type { ShopScope } from '@tokometrics/erasure';
import { LeaseLost } from '../domain/sync-cursor.ts';
import type { CursorState, Lease, Stream } from '../domain/sync-cursor.ts';
import { eraseScope } from './erase-scope.ts';
import type { GuardedWrite } from './guarded-write.ts';

interface CursorDocument extends CursorState {
  readonly _id: string;
  readonly shopKey: string;
  readonly epoch: number;
  readonly stream: Stream;
  readonly leaseOwner: string;
  readonly leaseUntil: Date;
  /** Counts owners: a save names the number that its lease was given, so a lost lease saves nothing. */
  readonly fence: number;
  readonly updatedAt: Date;
}

export interface MongoCursorsOptions {
  readonly mongo: Mongo;
  readonly guarded: GuardedWrite;
  readonly clock: Clock;
  readonly instanceId: string;
  readonly leaseMs: number;
}

const openCursors = (mongo: Mongo) => mongo.collection<CursorDocument>('sync_cursors');

interface Context extends MongoCursorsOptions {
  readonly cursors: ReturnType<typeof openCursors>;
  readonly leaseUntil: () => Date;
}

export function createMongoCursors(options: MongoCursorsOptions) {
  const { guarded, clock, instanceId } = options;
  const cursors = openCursors(options.mongo);
  const leaseUntil = (): Date => new Date(clock.now().getTime() + options.leaseMs);
  const context: Context = { ...options, cursors, leaseUntil };
  const owned = ({ shopKey, epoch }: ShopScope) => ({ shopKey, epoch, leaseOwner: instanceId });

  return {
    /** Undefined while another instance holds the stream. */
    acquire: async (
      scope: ShopScope,
      stream: Stream,
      first: CursorState,
    ): Promise<Lease | undefined> => {
      const document =
        (await takeOver(context, scope, stream)) ??
        (await insertFirst(context, scope, stream, first));
      return document === undefined ? undefined : leaseOf(context, scope, document);
    },
    renew: async (scope: ShopScope): Promise<void> => {
      await guarded(scope, () =>
        mongoErrors(() => cursors.updateMany(owned(scope), { $set: { leaseUntil: leaseUntil() } })),
      );
    },
    release: async (scope: ShopScope): Promise<void> => {
      await mongoErrors(() =>
        cursors.updateMany(owned(scope), { $set: { leaseUntil: clock.now() } }),
      );
    },
    list: ({ shopKey, epoch }: ShopScope): Promise<(CursorState & { stream: Stream })[]> =>
      mongoErrors(() => cursors.find({ shopKey, epoch }).toArray()),
    erase: (shopKey: string, throughEpoch: number) =>
      eraseScope((filter) => cursors.deleteMany(filter), shopKey, throughEpoch),
  };
}

/** A lease that has run out, or one of ours: each taking counts the fence up. */
async function takeOver(
  { cursors, guarded, clock, instanceId, leaseUntil }: Context,
  scope: ShopScope,
  stream: Stream,
): Promise<CursorDocument | undefined> {
  const taken = await guarded(scope, () =>
    mongoErrors(() =>
      cursors.findOneAndUpdate(
        {
          _id: idOf(scope, stream),
          $or: [{ leaseUntil: { $lte: clock.now() } }, { leaseOwner: instanceId }],
        },
        { $set: { leaseOwner: instanceId, leaseUntil: leaseUntil() }, $inc: { fence: 1 } },
        { returnDocument: 'after' },
      ),
    ),
  );
  return taken ?? undefined;
}

async function insertFirst(
  { cursors, guarded, clock, instanceId, leaseUntil }: Context,
  scope: ShopScope,
  stream: Stream,
  first: CursorState,
): Promise<CursorDocument | undefined> {
  const { shopKey, epoch } = scope;
  const document: CursorDocument = {
    _id: idOf(scope, stream),
    ...{ shopKey, epoch, stream },
    ...first,
    ...{ leaseOwner: instanceId, leaseUntil: leaseUntil(), fence: 1, updatedAt: clock.now() },
  };
  try {
    await guarded(
      scope,
      () => mongoErrors(() => cursors.insertOne(document)),
      () => mongoErrors(() => cursors.deleteOne({ _id: document._id })),
    );
    return document;
  } catch (error) {
    if (isAppError(error, 'resource.conflict')) {
      return undefined;
    }
    throw error;
  }
}

function leaseOf(context: Context, scope: ShopScope, document: CursorDocument): Lease {
  const { cursors, guarded, clock, leaseUntil } = context;
  const { _id, fence } = document;
  let state: CursorState = document;
  return {
    get state() {
      return state;
    },
    save: async (change) => {
      const result = await guarded(scope, () =>
        mongoErrors(() =>
          cursors.updateOne(
            { _id, fence },
            { $set: { ...change, leaseUntil: leaseUntil(), updatedAt: clock.now() } },
          ),
        ),
      );
      if (result.matchedCount === 0) {
        throw new LeaseLost();
      }
      state = { ...state, ...change };
    },
  };
}

function idOf({ shopKey, epoch }: ShopScope, stream: Stream): string {
  return `${shopKey}:${epoch}:${stream}`;
}
