import { ledgerEntry } from '@tokometrics/contracts';
import type { LedgerEntry } from '@tokometrics/contracts';
import { canonicalJson, isAppError, mongoErrors } from '@tokometrics/kit';
import type { Clock, Logger, Mongo } from '@tokometrics/kit';
import type { LedgerDraft } from '../domain/effects.ts';
import { entryHashOf, GENESIS } from '../domain/ledger-chain.ts';
import type { LedgerRecord } from '../domain/ledger-chain.ts';

export interface LedgerOptions {
  readonly mongo: Pick<Mongo, 'collection'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Pure Ed25519 over the raw bytes of the hash, and the thumbprint of the key that made it. */
  readonly sign: (bytes: Buffer) => Promise<{ readonly signature: string; readonly kid: string }>;
}

type LedgerDocument = LedgerRecord & { readonly _id: number };
const openLedger = (mongo: LedgerOptions['mongo']) => mongo.collection<LedgerDocument>('ledger');
type LedgerCollection = ReturnType<typeof openLedger>;

/** What is already in the ledger: its end, and facts of one request. */
function createChain(ledger: LedgerCollection) {
  let head: LedgerRecord | undefined;

  /** Follows the chain to its end: entries of other processes included. */
  const findHead = async (): Promise<LedgerRecord | undefined> => {
    if (head === undefined) {
      const last = await mongoErrors(() => ledger.find({}).sort({ _id: -1 }).limit(1).toArray());
      head = last[0] === undefined ? undefined : toRecord(last[0]);
    }
    for (;;) {
      const seq = head === undefined ? 0 : head.entry.seq + 1;
      const next = await mongoErrors(() => ledger.findOne({ _id: seq }));
      if (next === null) {
        return head;
      }
      head = toRecord(next);
    }
  };

  const findSame = async (draft: LedgerDraft): Promise<LedgerRecord | undefined> => {
    if (draft.requestId === null) {
      return undefined;
    }
    const known = await mongoErrors(() =>
      ledger.find({ 'entry.requestId': draft.requestId }).toArray(),
    );
    const identity = identityOf(draft);
    return known.map(toRecord).find(({ entry }) => identityOf(entry) === identity);
  };

  return {
    findHead,
    findSame,
    setHead: (record: LedgerRecord): void => {
      head = record;
    },
  };
}

export function createMongoLedger({ mongo, clock, log, sign }: LedgerOptions) {
  const ledger = openLedger(mongo);
  const chain = createChain(ledger);

  /** Adds the signature; without Vault the entry stands unsigned until the sweep. */
  const signed = async (record: LedgerRecord): Promise<LedgerRecord> => {
    if (record.signature !== null) {
      return record;
    }
    try {
      const made = await sign(Buffer.from(record.entryHash, 'hex'));
      await mongoErrors(() =>
        ledger.updateOne({ _id: record.entry.seq, signature: null }, { $set: made }),
      );
      return { ...record, ...made };
    } catch (error) {
      log.warn({ err: error, seq: record.entry.seq }, 'ledger entry waits for its signature');
      return record;
    }
  };

  const insert = async (draft: LedgerDraft): Promise<LedgerRecord | undefined> => {
    const last = await chain.findHead();
    const same = await chain.findSame(draft);
    if (same !== undefined) {
      return same;
    }
    const entry = entryOf(draft, {
      seq: last === undefined ? 0 : last.entry.seq + 1,
      // Time never runs backwards along the chain, whatever a machine's clock does.
      ts: [clock.now().toISOString(), last?.entry.ts ?? ''].sort().at(-1) ?? '',
      prevHash: last?.entryHash ?? GENESIS,
    });
    const record = { entry, entryHash: entryHashOf(entry), signature: null, kid: null };
    try {
      await mongoErrors(() => ledger.insertOne({ _id: entry.seq, ...record }));
      chain.setHead(record);
      return record;
    } catch (error) {
      if (isAppError(error, 'resource.conflict')) {
        return undefined; // another appender took this number; its entry may even be ours
      }
      throw error;
    }
  };

  // One at a time within the process; between processes the number decides.
  let queue: Promise<unknown> = Promise.resolve();

  const appendNow = async (draft: LedgerDraft): Promise<LedgerRecord> => {
    for (;;) {
      const record = await insert(draft);
      if (record !== undefined) {
        return signed(record);
      }
    }
  };

  return {
    append: (draft: LedgerDraft): Promise<LedgerRecord> => {
      const result = queue.then(() => appendNow(draft));
      queue = result.catch(() => undefined);
      return result;
    },
    /** Signs what could not be signed when it was written. */
    signPending: async (): Promise<void> => {
      const waiting = await mongoErrors(() => ledger.find({ signature: null }).toArray());
      for (const document of waiting.sort((a, b) => a._id - b._id)) {
        await signed(toRecord(document));
      }
    },
    /** In order. A check is told of entries that somebody has made unreadable; else they throw. */
    read: async (
      onRecord: (record: LedgerRecord) => void,
      onUnreadable?: (seq: number) => void,
    ): Promise<void> => {
      await mongoErrors(async () => {
        for await (const document of ledger.find({}).sort({ _id: 1 })) {
          if (onUnreadable !== undefined && !ledgerEntry.safeParse(document.entry).success) {
            onUnreadable(document._id);
          } else {
            onRecord(toRecord(document));
          }
        }
      });
    },
  };
}

function toRecord({ entry, entryHash, signature, kid }: LedgerDocument): LedgerRecord {
  return { entry: ledgerEntry.parse(entry), entryHash, signature, kid };
}

function entryOf(
  draft: LedgerDraft,
  place: Pick<LedgerEntry, 'seq' | 'ts' | 'prevHash'>,
): LedgerEntry {
  const { storeId, counts, clauseIds, scopeRefs, ...rest } = draft;
  return {
    ...rest,
    ...place,
    ...(storeId === undefined ? {} : { storeId }),
    scopeRefs: [...scopeRefs],
    counts: counts === null ? null : { ...counts },
    clauseIds: clauseIds === null ? null : [...clauseIds],
    actorRef: 'service:privacy',
  };
}

/** Same kind, store and figures of one request: the same fact, told again after a crash. */
function identityOf(fact: LedgerDraft | LedgerEntry): string {
  const { requestId, type, storeId = null, evidence } = fact;
  // An intent is one fact, whether or not its reference could be made the first time.
  return canonicalJson({ requestId, type, storeId, evidence });
}
