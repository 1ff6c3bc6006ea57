import type { Resource } from '@tokometrics/contracts';
import { RESOURCES } from '@tokometrics/contracts';
import type { Mongo } from '@tokometrics/kit';
import { AppError, mongoErrors } from '@tokometrics/kit';
import type { Completeness, Known, Raised, Range } from '../domain/completeness.ts';
import { NOTHING_COMPLETE } from '../domain/completeness.ts';

interface Stored {
  readonly _id: string;
  readonly shopKey: string;
  readonly epoch: number;
  readonly resource: Resource;
  readonly update: readonly Range[];
  readonly create: readonly Range[];
  /** Raised by every change: a writer that read an older one tries again. */
  readonly rev: number;
}

/** Beside the resources of a connection, so that whoever reads those has it with the same look. */
interface StoredRevision {
  readonly _id: string;
  readonly shopKey: string;
  readonly epoch: number;
  readonly revision: number;
  readonly gapped?: true;
}

export interface CompletenessStore {
  /** Reads, changes by a pure function, and writes only if nobody else wrote meanwhile. */
  update(
    of: { readonly shopKey: string; readonly epoch: number; readonly resource: Resource },
    change: (known: Completeness) => Completeness,
  ): Promise<Completeness>;
  /**
   * The figures of these connections have changed, and the change can be read. Answers with those of which
   * something was missing once, as it is known behind the change.
   */
  raiseRevision<R extends Raised>(of: readonly R[]): Promise<readonly R[]>;
  read(
    shopKey: string,
    epoch: number,
  ): Promise<Omit<Known, 'gaps'> & { readonly isGapped: boolean }>;
  erase(shopKey: string, throughEpoch: number): Promise<{ found: number; removed: number }>;
}

const TRIES = 20;
const FIGURES = 'figures';
const idOf = (shopKey: string, epoch: number, part: Resource | typeof FIGURES): string =>
  `${shopKey}:${String(epoch)}:${part}`;
const toKnown = (doc: Stored | null): Completeness =>
  doc === null ? NOTHING_COMPLETE : { update: doc.update, create: doc.create };

const raiseOf = ({ shopKey, epoch, isGapped = false }: Raised) => ({
  updateOne: {
    filter: { _id: idOf(shopKey, epoch, FIGURES) },
    update: {
      $inc: { revision: 1 },
      $setOnInsert: { shopKey, epoch },
      ...(isGapped ? { $set: { gapped: true as const } } : {}),
    },
    upsert: true,
  },
});

/** Those of which something was missing once. */
async function gappedOf<R extends Raised>(mongo: Mongo, of: readonly R[]): Promise<readonly R[]> {
  const revisions = mongo.collection<StoredRevision>('completeness');
  const idOfOne = ({ shopKey, epoch }: Raised) => idOf(shopKey, epoch, FIGURES);
  const found = await mongoErrors(() =>
    revisions.find({ _id: { $in: of.map(idOfOne) } }).toArray(),
  );
  const gapped = new Set(found.flatMap((one) => (one.gapped === true ? [one._id] : [])));
  return of.filter((one) => gapped.has(idOfOne(one)));
}

export function createMongoCompleteness(mongo: Mongo): CompletenessStore {
  const documents = mongo.collection<Stored>('completeness');
  const revisions = mongo.collection<StoredRevision>('completeness');
  const all = mongo.collection<Stored | StoredRevision>('completeness');

  const tryOnce = async (
    fresh: Omit<Stored, 'update' | 'create' | 'rev'>,
    change: (known: Completeness) => Completeness,
  ): Promise<Completeness | undefined> => {
    const found = await documents.findOne({ _id: fresh._id });
    const changed = change(toKnown(found));
    if (found === null) {
      return insertOnce(async () => {
        await documents.insertOne({ ...fresh, ...changed, rev: 1 });
        return changed;
      });
    }
    const { matchedCount } = await documents.updateOne(
      { _id: fresh._id, rev: found.rev },
      { $set: { update: changed.update, create: changed.create, rev: found.rev + 1 } },
    );
    return matchedCount === 1 ? changed : undefined;
  };

  return {
    async update({ shopKey, epoch, resource }, change) {
      const fresh = { _id: idOf(shopKey, epoch, resource), shopKey, epoch, resource };
      for (let attempt = 0; attempt < TRIES; attempt += 1) {
        const changed = await mongoErrors(() => tryOnce(fresh, change));
        if (changed !== undefined) {
          return changed;
        }
      }
      throw new AppError('upstream.unavailable', 'completeness is contended');
    },
    async read(shopKey, epoch) {
      const parts = [...RESOURCES, FIGURES] as const;
      const ids = parts.map((part) => idOf(shopKey, epoch, part));
      const found = await mongoErrors(() => all.find({ _id: { $in: ids } }).toArray());
      return {
        complete: new Map(
          found.flatMap((doc) => ('resource' in doc ? [[doc.resource, toKnown(doc)]] : [])),
        ),
        revision: found.reduce((last, doc) => ('resource' in doc ? last : doc.revision), 0),
        isGapped: found.some((doc) => 'gapped' in doc),
      };
    },
    async raiseRevision(of) {
      if (of.length === 0) {
        return [];
      }
      for (let attempt = 0; attempt < TRIES; attempt += 1) {
        // Of two that write the first revision at once one is refused; the others it raises once more.
        const raised = await mongoErrors(() =>
          insertOnce(() => revisions.bulkWrite(of.map(raiseOf), { ordered: false })),
        );
        if (raised !== undefined) {
          return gappedOf(mongo, of);
        }
      }
      throw new AppError('upstream.unavailable', 'completeness is contended');
    },
    async erase(shopKey, throughEpoch) {
      const scope = { shopKey, epoch: { $lte: throughEpoch } };
      return mongoErrors(async () => {
        const found = await documents.countDocuments(scope);
        let removed = 0;
        for (;;) {
          const { deletedCount } = await documents.deleteMany(scope);
          removed += deletedCount;
          if (deletedCount === 0) {
            return { found: Math.max(found, removed), removed };
          }
        }
      });
    },
  };
}

const DUPLICATE = 11_000;

/** undefined: another writer was first. */
async function insertOnce<T>(insert: () => Promise<T>): Promise<T | undefined> {
  try {
    return await insert();
  } catch (error) {
    if (typeof error === 'object' && error !== null && Reflect.get(error, 'code') === DUPLICATE) {
      return undefined;
    }
    throw error;
  }
}
