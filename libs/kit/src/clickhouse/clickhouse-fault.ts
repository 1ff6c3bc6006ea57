import { AppError } from '../errors.ts';

export type RecordReason = 'schema' | 'time' | 'range';

/**
 * `code` is the general one (upstream.unavailable when `transient`, else internal) so that routes and
 * consumers treat it as any AppError; what ClickHouse said is in `serverCode` and `serverType`.
 */
export class ClickhouseFault extends AppError {
  readonly transient: boolean;
  /** The values that were sent are at fault, not the statement, the tables or the rights to them. */
  readonly aboutRecord: boolean;
  /** What is wrong with them, as a dead letter says it. */
  readonly recordReason: RecordReason | undefined;
  /** ClickHouse's error number; undefined: there was no answer, or none of its own. */
  readonly serverCode: number | undefined;
  readonly serverType: string | undefined;
  /** We gave up waiting for an answer: the store may still be at work. */
  readonly isTimeout: boolean;
  /** ClickHouse's sentence without the values that it quotes. */
  readonly detail: string;

  constructor(fault: {
    readonly transient: boolean;
    readonly serverCode?: number | undefined;
    readonly serverType?: string | undefined;
    readonly isTimeout?: boolean;
    readonly detail: string;
  }) {
    super(
      fault.transient ? 'upstream.unavailable' : 'internal',
      fault.transient ? 'clickhouse cannot serve at present' : 'clickhouse refused the statement',
      { cause: new Error(fault.detail) },
    );
    this.transient = fault.transient;
    this.recordReason = ABOUT_VALUES.get(fault.serverCode ?? 0);
    this.aboutRecord = this.recordReason !== undefined;
    this.serverCode = fault.serverCode;
    this.serverType = fault.serverType;
    this.isTimeout = fault.isTimeout ?? false;
    this.detail = fault.detail;
  }
}

// Timeouts, too many parts or queries, memory, network, read-only replicas, Keeper: they pass.
const PASSING = new Set([
  3, 74, 159, 160, 164, 198, 202, 203, 209, 210, 225, 236, 241, 242, 243, 252, 285, 286, 319, 394,
  415, 425, 439, 473, 499, 517, 571, 594, 999, 1002,
]);

// Text, escapes, quotes, dates, numbers, UUIDs, booleans and enums that are none; out of range, too long,
// NULL where there is none, a constraint. Not TYPE_MISMATCH and not INCORRECT_DATA: a table says these as well.
const ABOUT_VALUES = new Map<number, RecordReason>([
  ...[6, 25, 26, 27, 72, 349, 376, 467, 691].map((code) => [code, 'schema'] as const),
  ...[38, 41].map((code) => [code, 'time'] as const),
  ...[69, 131, 321, 407, 469].map((code) => [code, 'range'] as const),
]);

const MAX_DETAIL = 400;

/** After these words ClickHouse quotes the row; query texts and literals are quoted as well. */
function cutValues(message: string): string {
  const cut = message.split(/Column \d+|Column values:|Cannot parse input:|In scope |\n/)[0] ?? '';
  return cut.replace(/'(?:[^'\\]|\\.)*'/g, '…').slice(0, MAX_DETAIL);
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** As the client says that a request took longer than it was allowed to. */
const CLIENT_TIMEOUT = 'Timeout error.';

/** `hasGivenUp`: the request was broken off by our own clock. */
export function toClickhouseFault(error: unknown, hasGivenUp = false): AppError {
  if (error instanceof AppError) {
    return error;
  }
  const message = error instanceof Error ? error.message : '';
  const code = Number(field(error, 'code') ?? Number.NaN);
  const type = field(error, 'type');
  if (Number.isInteger(code) && code > 0) {
    const serverType = typeof type === 'string' ? type : undefined;
    const detail = cutValues(message);
    return new ClickhouseFault({
      transient: PASSING.has(code),
      serverCode: code,
      serverType,
      detail,
    });
  }
  // Without a number of ClickHouse's it was the way there, or a proxy on it.
  const name = error instanceof Error ? error.name : 'unknown';
  const way = field(error, 'code');
  const detail = `no answer (${typeof way === 'string' ? way : name})`;
  const isTimeout = hasGivenUp || message === CLIENT_TIMEOUT;
  return new ClickhouseFault({ transient: true, isTimeout, detail });
}
