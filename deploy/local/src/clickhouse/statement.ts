import type { RawInsertFormat } from 'chdb';
import { FacadeFault } from './fault.ts';
import { isWord, tokens } from './tokens.ts';
import type { Token } from './tokens.ts';

export interface RawInsert {
  readonly table: string;
  readonly columns: readonly string[];
  readonly settings: Readonly<Record<string, string>>;
  readonly format: RawInsertFormat;
}

export interface Statement {
  /** The first word, in capitals: SELECT, INSERT, … */
  readonly verb: string;
  /** The FORMAT clause, if the statement has one. */
  readonly format: string | undefined;
  /** Where the data of an `INSERT … FORMAT x` begins in the text. */
  readonly dataAt: number | undefined;
  /** Set when the statement is an INSERT whose data can go to the engine as bytes. */
  readonly rawInsert: RawInsert | undefined;
  readonly tokens: readonly Token[];
}

/** Reads to the end of the statement, or to where the data of an INSERT begins. */
export function readStatement(sql: string): Statement {
  const seen: Token[] = [];
  let isClosed = false;
  let isInsert = false;
  let dataAt: number | undefined;
  for (const token of tokens(sql)) {
    if (isClosed) {
      throw new FacadeFault(62, 'SYNTAX_ERROR', 'Multi-statements are not allowed.');
    }
    if (token.kind === 'symbol' && token.text === ';') {
      isClosed = true;
      continue;
    }
    seen.push(token);
    isInsert ||= seen.length === 1 && isWord(token, 'INSERT');
    if (isInsert && isWord(seen.at(-2), 'FORMAT') && token.kind === 'word') {
      dataAt = token.end;
      break;
    }
    if (isInsert && isWord(token, 'VALUES')) {
      // What follows are rows for the engine's own parser; a `;` in them is data or its business.
      break;
    }
  }
  const verb = seen.find((token) => token.text !== '(')?.text.toUpperCase() ?? '';
  const format = formatOf(seen);
  const rawInsert =
    dataAt === undefined || format === undefined ? undefined : rawInsertOf(seen, format);
  return { verb, format, dataAt, rawInsert, tokens: seen };
}

function formatOf(seen: readonly Token[]): string | undefined {
  let depth = 0;
  let format: string | undefined;
  for (const [index, token] of seen.entries()) {
    depth += token.text === '(' ? 1 : token.text === ')' ? -1 : 0;
    if (depth === 0 && token.kind === 'word' && isWord(seen[index - 1], 'FORMAT')) {
      format = token.text;
    }
  }
  return format;
}

/** The formats that the engine takes as bytes; others go through its parser as text. */
const BYTE_FORMATS: readonly RawInsertFormat[] = [
  ...(['JSONEachRow', 'JSONCompactEachRow', 'CSV', 'CSVWithNames'] as const),
  ...(['TSV', 'TabSeparated', 'TSVWithNames', 'TabSeparatedWithNames'] as const),
];
const PLAIN_NAME = /^[A-Za-z0-9_]+$/;

/** `INSERT INTO [TABLE] [db.]table [(columns)] [SETTINGS k = v, …] FORMAT x`, or undefined. */
function rawInsertOf(seen: readonly Token[], format: string): RawInsert | undefined {
  let at = 0;
  const peek = () => seen[at];
  const takeSymbol = (symbol: string) => {
    const isThere = peek()?.kind === 'symbol' && peek()?.text === symbol;
    at += isThere ? 1 : 0;
    return isThere;
  };
  const takeWord = (word: string) => {
    const isThere = isWord(peek(), word);
    at += isThere ? 1 : 0;
    return isThere;
  };
  const takeName = () => {
    const token = peek();
    at += 1;
    const isName = token?.kind === 'word' || token?.kind === 'quoted';
    return isName && PLAIN_NAME.test(token.text) ? token.text : undefined;
  };
  takeWord('INSERT');
  takeWord('INTO');
  takeWord('TABLE');
  const parts = [takeName()];
  if (takeSymbol('.')) {
    parts.push(takeName());
  }
  const columns: (string | undefined)[] = [];
  if (takeSymbol('(')) {
    do {
      columns.push(takeName());
    } while (takeSymbol(','));
    if (!takeSymbol(')')) {
      return undefined;
    }
  }
  const settings: Record<string, string> = {};
  if (takeWord('SETTINGS')) {
    do {
      const key = takeName();
      if (key === undefined || !takeSymbol('=')) {
        return undefined;
      }
      settings[key] = peek()?.text.replace(/^'(.*)'$/s, '$1') ?? '';
      at += 1;
    } while (takeSymbol(','));
  }
  const isWhole = takeWord('FORMAT') && at === seen.length - 1;
  const names = [...parts, ...columns];
  const byteFormat = BYTE_FORMATS.find((known) => known === format);
  if (!isWhole || byteFormat === undefined || names.includes(undefined)) {
    return undefined;
  }
  return {
    table: parts.join('.'),
    columns: columns.filter((name) => name !== undefined),
    settings,
    format: byteFormat,
  };
}
