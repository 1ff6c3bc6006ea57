/** A token of ClickHouse's SQL, as far as the facade must tell statements, clauses and data apart. */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'symbol';
  /** Words as written; quoted names without their quotes; the rest as written. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const BLANK = /\s+/y;
const LINE_COMMENT = /(?:--|#!|# )[^\n]*/y;
const BLOCK_COMMENT = /\/\*[\s\S]*?(?:\*\/|$)/y;
const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /[0-9][A-Za-z0-9_.]*/y;
const HEREDOC = /\$([A-Za-z0-9_]*)\$/y;

function matchAt(pattern: RegExp, sql: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(sql);
}

/** The end of a quoted piece; a doubled quote and a backslash keep it open. */
function endOfQuoted(sql: string, start: number): number {
  const quote = sql[start];
  let at = start + 1;
  while (at < sql.length) {
    if (sql[at] === '\\') {
      at += 2;
    } else if (sql[at] !== quote) {
      at += 1;
    } else if (sql[at + 1] === quote) {
      at += 2;
    } else {
      return at + 1;
    }
  }
  return sql.length;
}

function tokenAt(sql: string, start: number): Token {
  const first = sql[start] ?? '';
  const make = (kind: Token['kind'], end: number, text = sql.slice(start, end)): Token => ({
    kind,
    text,
    start,
    end,
  });
  if (first === "'") {
    return make('string', endOfQuoted(sql, start));
  }
  if (first === '`' || first === '"') {
    const end = endOfQuoted(sql, start);
    return make('quoted', end, sql.slice(start + 1, end - 1));
  }
  const heredoc = matchAt(HEREDOC, sql, start);
  if (heredoc !== null) {
    const close = sql.indexOf(heredoc[0], start + heredoc[0].length);
    return make('string', close < 0 ? sql.length : close + heredoc[0].length);
  }
  const word = matchAt(WORD, sql, start);
  if (word !== null) {
    return make('word', start + word[0].length);
  }
  const number = matchAt(NUMBER, sql, start);
  if (number !== null) {
    return make('number', start + number[0].length);
  }
  return make('symbol', start + 1);
}

/** Reads token by token, so that a caller can stop before the data of an INSERT. */
export function* tokens(sql: string): Generator<Token> {
  let at = 0;
  while (at < sql.length) {
    const skipped =
      matchAt(BLANK, sql, at) ?? matchAt(LINE_COMMENT, sql, at) ?? matchAt(BLOCK_COMMENT, sql, at);
    if (skipped !== null) {
      at += skipped[0].length;
      continue;
    }
    const token = tokenAt(sql, at);
    yield token;
    at = token.end;
  }
}

export function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind === 'word' && token.text.toUpperCase() === word;
}
