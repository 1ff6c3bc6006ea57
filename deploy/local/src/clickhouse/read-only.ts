import { FacadeFault } from './fault.ts';
import type { Statement } from './statement.ts';
import { isWord } from './tokens.ts';

const READING_VERBS: ReadonlySet<string> = new Set([
  ...['SELECT', 'WITH', 'SHOW', 'DESCRIBE', 'DESC', 'EXISTS', 'EXPLAIN'],
]);

/** The table functions that read nothing outside the engine. */
const HARMLESS: ReadonlySet<string> = new Set([
  ...['numbers', 'numbers_mt', 'zeros', 'zeros_mt', 'generateseries', 'generate_series', 'primes'],
  ...[
    'generaterandom',
    'values',
    'format',
    'view',
    'null',
    'merge',
    'dictionary',
    'viewifpermitted',
  ],
  ...['mergetreeindex', 'mergetreeprojection', 'mergetreeanalyzeindexes', 'mergetreetextindex'],
]);

/**
 * Lets through what only reads the engine's own tables. The connection is in `readonly` mode
 * besides, so that the engine refuses writes on its own; it would still read files and addresses.
 */
export function assertReadOnly(statement: Statement, tableFunctions: ReadonlySet<string>): void {
  if (!READING_VERBS.has(statement.verb)) {
    throw new FacadeFault(164, 'READONLY', `Cannot execute ${statement.verb} in readonly mode.`);
  }
  for (const [index, token] of statement.tokens.entries()) {
    const next = statement.tokens[index + 1];
    if (isWord(token, 'INTO') && isWord(next, 'OUTFILE')) {
      throw new FacadeFault(164, 'READONLY', 'INTO OUTFILE is not allowed in readonly mode.');
    }
    const name = token.text.toLowerCase();
    const isName = token.kind === 'word' || token.kind === 'quoted';
    if (isName && next?.text === '(' && tableFunctions.has(name) && !HARMLESS.has(name)) {
      throw new FacadeFault(
        497,
        'ACCESS_DENIED',
        `The function ${token.text} is not allowed here.`,
      );
    }
  }
}
