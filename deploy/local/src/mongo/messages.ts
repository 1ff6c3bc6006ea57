import { deserialize, serialize } from 'bson';
import type { Document } from 'bson';

const OP_QUERY = 2004;
const OP_MSG = 2013;
const CHECKSUM_PRESENT = 1;
const BODY_AT = 21;

/** What a reader and a driver need: the handshake, reads, cursors and the catalogue. */
const READING_COMMANDS: ReadonlySet<string> = new Set([
  ...['hello', 'ismaster', 'ping', 'buildinfo', 'connectionstatus', 'endsessions'],
  ...['find', 'getmore', 'killcursors', 'count', 'distinct', 'aggregate'],
  ...['listcollections', 'listdatabases', 'listindexes', 'dbstats', 'collstats'],
]);
/** Stages of an aggregation that write, wherever in the pipeline they stand. */
const WRITING_STAGES: ReadonlySet<string> = new Set(['$out', '$merge']);

export interface Command {
  readonly name: string;
  readonly isReading: boolean;
  /** Only the current message format has an answer form for a refusal. */
  readonly canBeAnswered: boolean;
}

const UNREADABLE: Command = { name: 'unknown', isReading: false, canBeAnswered: false };

export function commandOf(frame: Buffer): Command {
  const opCode = frame.readInt32LE(12);
  if (opCode === OP_MSG) {
    const document = bodyOfMessage(frame);
    return document === undefined ? UNREADABLE : { ...judge(document), canBeAnswered: true };
  }
  // Drivers say hello in the old format first.
  const document = opCode === OP_QUERY ? bodyOfQuery(frame) : undefined;
  return document === undefined ? UNREADABLE : { ...judge(document), canBeAnswered: false };
}

function parse(bytes: Buffer): Document | undefined {
  try {
    return deserialize(bytes, { promoteValues: false });
  } catch {
    return undefined;
  }
}

/** A reading command is one body section and nothing else; document sequences are for writes. */
function bodyOfMessage(frame: Buffer): Document | undefined {
  if (frame.length < BODY_AT + 5 || frame[BODY_AT - 1] !== 0) {
    return undefined;
  }
  const hasChecksum = (frame.readUInt32LE(16) & CHECKSUM_PRESENT) !== 0;
  const end = frame.length - (hasChecksum ? 4 : 0);
  const size = frame.readInt32LE(BODY_AT);
  const body = parse(frame.subarray(BODY_AT, BODY_AT + Math.max(size, 0)));
  if (body === undefined || BODY_AT + size === end) {
    return body;
  }
  // A write with its rows in a second section: its name is enough to refuse it.
  return { [`${firstKey(body)} with documents`]: 1 };
}

function bodyOfQuery(frame: Buffer): Document | undefined {
  const nameEnd = frame.indexOf(0, 20);
  return nameEnd < 0 ? undefined : parse(frame.subarray(nameEnd + 9));
}

function firstKey(document: Document): string {
  return Object.keys(document)[0] ?? '';
}

function judge(document: Document): Pick<Command, 'name' | 'isReading'> {
  const name = firstKey(document);
  return { name, isReading: READING_COMMANDS.has(name.toLowerCase()) && !writes(document) };
}

function writes(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  return Object.entries(value).some(([key, inner]) => WRITING_STAGES.has(key) || writes(inner));
}

/** "Unauthorized", as a MongoDB with a read-only role would say it. */
export function refusalTo(frame: Buffer, name: string): Buffer {
  const body = serialize({
    ok: 0,
    errmsg: `not authorized to execute command ${name}: this address only reads`,
    code: 13,
    codeName: 'Unauthorized',
  });
  const answer = Buffer.alloc(BODY_AT + body.length);
  answer.writeInt32LE(answer.length, 0);
  answer.writeInt32LE(1, 4);
  answer.writeInt32LE(frame.readInt32LE(4), 8);
  answer.writeInt32LE(OP_MSG, 12);
  answer.set(body, BODY_AT);
  return answer;
}
