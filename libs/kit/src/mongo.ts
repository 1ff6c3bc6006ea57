import mongoose from 'mongoose';
import type { Connection, mongo } from 'mongoose';
import type { Clock } from './clock.ts';
import { AppError } from './errors.ts';
import type { Lifecycled } from './lifecycle.ts';
import type { Logger } from './logging.ts';

export interface MongoOptions {
  readonly url: string;
  readonly database: string;
  readonly log: Logger;
  readonly clock?: Clock;
}

export interface Mongo extends Lifecycled {
  readonly connection: Connection;
  /** The native driver's collection: one document at a time, no sessions. */
  collection<T extends mongo.BSON.Document>(name: string): mongo.Collection<T>;
  /** Readiness; never throws. */
  ping(): Promise<boolean>;
}

const CONNECT_MS = 30_000;
const TELEMETRY_LOADED = Symbol.for('tokometrics.telemetry');

/** A hook that came too late leaves mongoose without spans and says nothing: so this does. */
function warnWhenUnpatched(log: Logger): void {
  const method: unknown = Reflect.get(mongoose.Query.prototype, 'exec');
  const isPatched = typeof method === 'function' && Reflect.get(method, '__wrapped') === true;
  if (Reflect.has(globalThis, TELEMETRY_LOADED) && !isPatched) {
    log.warn('telemetry is on, but mongoose was loaded before its hook: no spans from it');
  }
}

/** Usable after `start()`. Collections may be taken before: they connect with the first call. */
export function createMongo({ url, database, log }: MongoOptions): Mongo {
  warnWhenUnpatched(log);
  const connection = mongoose.createConnection();
  // One client for both faces, so that pool and shutdown are shared.
  const client = new mongoose.mongo.MongoClient(url, {
    serverSelectionTimeoutMS: 5_000,
    connectTimeoutMS: 5_000,
    socketTimeoutMS: 60_000,
    maxPoolSize: 20,
    appName: database,
  });
  // Mongoose takes a client only once that has connected.
  let named = connection;
  const db = client.db(database);

  return {
    name: 'mongo',
    get connection() {
      return named;
    },
    collection: (name) => db.collection(name),
    start: async () => {
      const giveUpAt = performance.now() + CONNECT_MS;
      for (;;) {
        try {
          await client.connect();
          await db.command({ ping: 1 });
          if (named === connection) {
            connection.setClient(client);
            named = connection.useDb(database, { useCache: true });
          }
          return;
        } catch (error) {
          if (performance.now() >= giveUpAt) {
            throw new AppError('upstream.unavailable', 'mongodb does not answer', { cause: error });
          }
          log.warn('mongodb does not answer yet');
          await new Promise((resolve) => setTimeout(resolve, 500));
        }
      }
    },
    stop: () => client.close(),
    ping: async () => {
      try {
        await db.command({ ping: 1 }, { timeoutMS: 2_000 });
        return true;
      } catch {
        return false; // "not ready" is the answer that this question is for
      }
    },
  };
}

const DUPLICATE_KEY = 11_000;
// InterruptedAtShutdown, NotWritablePrimary and their like, MaxTimeMSExpired
const PASSING: ReadonlySet<number> = new Set([
  50, 91, 189, 262, 10_107, 11_600, 11_602, 13_435, 13_436,
]);

/** Driver errors in our words, once, at the adapter's edge. Their messages quote documents: not kept. */
export async function mongoErrors<T>(fn: () => Promise<T>): Promise<T> {
  try {
    return await fn();
  } catch (error) {
    throw toMongoFault(error);
  }
}

function toMongoFault(error: unknown): unknown {
  const { MongoError, MongoServerError } = mongoose.mongo;
  if (!(error instanceof MongoError)) {
    return error;
  }
  const failure = failureOf(error);
  const cause = new Error(`${failure.name} ${String(failure.code ?? '')}`.trim());
  // A refused command is a bug of ours; all else is a server that is away, slow or electing.
  if (!(failure instanceof MongoServerError) || isPassing(failure)) {
    return new AppError('upstream.unavailable', 'mongodb does not answer', { cause });
  }
  return failure.code === DUPLICATE_KEY
    ? new AppError('resource.conflict', 'a document with this key exists')
    : new AppError('internal', 'mongodb refused the command', { cause });
}

/** A bulk write gives whatever broke it off, a lost connection as well, the form of a server's answer. */
function failureOf(error: mongo.MongoError): mongo.MongoError {
  const { MongoBulkWriteError, MongoError } = mongoose.mongo;
  return error instanceof MongoBulkWriteError && error.errorResponse instanceof MongoError
    ? error.errorResponse
    : error;
}

function isPassing(error: mongo.MongoServerError): boolean {
  const { MongoBulkWriteError, MongoWriteConcernError } = mongoose.mongo;
  return (
    error.hasErrorLabel('RetryableWriteError') ||
    error.hasErrorLabel('TransientTransactionError') ||
    error instanceof MongoWriteConcernError ||
    (error instanceof MongoBulkWriteError && isBulkPassing(error)) ||
    PASSING.has(Number(error.code))
  );
}

/** Its own code is that of one failure; those beside it are looked at as well. */
function isBulkPassing({ result, writeErrors }: mongo.MongoBulkWriteError): boolean {
  // Written by a server whose word the others have not confirmed: a next primary may not have it.
  const isUnconfirmed = result.getWriteConcernError() !== undefined;
  return isUnconfirmed || [writeErrors].flat().some(({ code }) => PASSING.has(code));
}
